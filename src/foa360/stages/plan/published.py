"""The lists of YT-360 and of Sphere360, read as they were published."""

import logging
from pathlib import Path, PurePosixPath

import pandas as pd

from foa360.config.section import ConfigError
from foa360.config.sources import Sphere360Source, Yt360Source
from foa360.core.video_ids import safe_name
from foa360.stages.plan.pairs import pairs, printable

YOUTUBE = "https://www.youtube.com/watch?v="
#: Ids of YouTube have so many characters; some in Sphere360 carry one more, which is a slip.
ID_LENGTH = 11


def yt360(source: Yt360Source, duration: float) -> pd.DataFrame:
    """Clips of YT-360: every start of `segments` for the ids of the two splits."""
    starts: dict[str, list[float]] = {}
    for number, line in _lines(source.segments):
        video_id, _, times = line.rpartition(" ")
        try:
            starts.setdefault(video_id, []).extend(map(float, times.split(",")))
        except ValueError:
            raise _unreadable(source.segments, number, line, "an id and start times") from None
    ids = [(split, i) for split in ("train", "test") for _, i in _lines(getattr(source, split))]
    lost = [i for _, i in ids if i not in starts]
    if lost:
        message = "%s: %d videos have no segments and hence no clips, such as %r"
        logging.getLogger(__name__).warning(message, source.segments, len(lost), lost[0])
    wanted = [(i, start, split) for split, i in ids for start in starts.get(i, [])]
    return _clips(wanted, "-", source.media, duration)


def sphere360(source: Sphere360Source, duration: float) -> pd.DataFrame:
    """Clips of Sphere360: one `id_start` a line."""
    wanted = []
    for split in ("train", "test"):
        name = getattr(source, split)
        for number, line in _lines(name):
            video_id, _, start = line.rpartition("_")
            if not video_id or not start.isdecimal():
                raise _unreadable(name, number, line, "id_start")
            wanted.append((video_id, float(start), split))
    return _clips(wanted, "_", source.media, duration)


def _lines(path: str) -> list[tuple[int, str]]:
    """Lines that are not empty, with their numbers."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(f"sources: the list {path} cannot be read: {error}") from None
    lines = enumerate(text.split("\n"), 1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def _unreadable(path: str, number: int, line: str, expected: str) -> ConfigError:
    return ConfigError(f"sources: {path}, line {number}: {line[:60]!r} is not {expected}")


def _clips(
    wanted: list[tuple[str, float, str]], separator: str, media: str | None, duration: float
) -> pd.DataFrame:
    """Clips (id, start, split), from YouTube or from a folder of whole videos or of clips."""
    frame = pd.DataFrame(wanted, columns=["video_id", "start", "split"])
    frame["start"] = frame["start"].astype(float)
    frame["duration"] = duration
    # A video is one video, whether its id is spelt well or its clips lie in files of their own.
    frame["group"] = frame["video_id"].str[:ID_LENGTH]
    if media is None:
        frame["video"] = frame["audio"] = YOUTUBE + frame["group"]
    else:
        _locate(frame, separator, Path(media))
    return frame


def _locate(frame: pd.DataFrame, separator: str, media: Path) -> None:
    """Fill in the files of clips, in place.

    A file that holds one clip is a source video of its own: its id is that of the clip, which
    begins at 0. A video that is not there gets a path that is not there.
    """
    found: dict[str, tuple[str, str]] = {}
    for stem, (video, audio) in pairs(media).items():
        files = printable(str(video)), printable(str(audio))
        found[stem] = files
        found.setdefault(PurePosixPath(stem).name, files)
    clips = frame["video_id"] + separator + frame["start"].map("{:g}".format)
    alone = clips.isin(list(found))
    frame["video_id"] = clips.where(alone, frame["video_id"])
    frame.loc[alone, "start"] = 0.0
    for video_id in set(frame["video_id"]) - set(found):
        absent = str(media / f"{safe_name(video_id)}.mp4")
        found[video_id] = (absent, absent)
    for column, which in (("video", 0), ("audio", 1)):
        frame[column] = frame["video_id"].map({k: v[which] for k, v in found.items()})
