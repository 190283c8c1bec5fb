"""The lists of YT-360 and of Sphere360, as they were published."""

import logging
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd

from foa360.config.sources import Sphere360Source, Yt360Source
from foa360.core.video_ids import printable_name, safe_name
from foa360.core.youtube import YOUTUBE_WATCH_URL, youtube_id
from foa360.lists.lines import read_lines, read_video_ids
from foa360.lists.problems import ListError
from foa360.lists.segments import clip_start, segment_starts
from foa360.stages.plan.pairs import media_pairs

SPLITS = ("train", "test")


class PublishedClip(NamedTuple):
    """A clip of a published list; `start` in s."""

    video_id: str
    start: float
    split: str


def yt360_clips(source: Yt360Source, duration: float) -> pd.DataFrame:
    """Return the clips of YT-360: every start of `segments` for the ids of the two splits."""
    starts: dict[str, list[float]] = {}
    problems: list[str] = []
    for line in read_lines(Path(source.segments)):
        try:
            video_id, times = segment_starts(line.text)
            starts.setdefault(video_id, []).extend(times)
        except ValueError as error:
            problems.append(f"line {line.number}: {error}")
    if problems:
        raise ListError(source.segments, problems)
    clips: list[PublishedClip] = []
    without_segments: list[str] = []
    for split in SPLITS:
        for video_id in read_video_ids(Path(getattr(source, split))):
            if video_id not in starts:
                without_segments.append(video_id)
            for start in starts.get(video_id, []):
                clips.append(PublishedClip(video_id, start, split))
    if without_segments:
        logging.getLogger(__name__).warning(
            "%s: %d videos have no segments and hence no clips, such as %r",
            source.segments,
            len(without_segments),
            without_segments[0],
        )
    return _frame(clips, "-", source.media, duration)


def sphere360_clips(source: Sphere360Source, duration: float) -> pd.DataFrame:
    """Return the clips of Sphere360: one `id_start` a line."""
    clips: list[PublishedClip] = []
    for split in SPLITS:
        path = getattr(source, split)
        problems: list[str] = []
        for line in read_lines(Path(path)):
            try:
                video_id, start = clip_start(line.text)
                clips.append(PublishedClip(video_id, start, split))
            except ValueError as error:
                problems.append(f"line {line.number}: {error}")
        if problems:
            raise ListError(path, problems)
    return _frame(clips, "_", source.media, duration)


def _frame(
    clips: list[PublishedClip], separator: str, media: str | None, duration: float
) -> pd.DataFrame:
    """Return clips as a frame of listed clips, from YouTube or from a folder.

    Parameters
    ----------
    clips
        Clips as listed.
    separator
        Character between id and start in the file names of cut clips.
    media
        Folder of whole videos or of cut clips; None for YouTube.
    duration
        Duration of the clips, s.
    """
    frame = pd.DataFrame(clips, columns=list(PublishedClip._fields))
    frame["start"] = frame["start"].astype(float)
    frame["duration"] = duration
    frame["is_named"] = True
    # A video is one video, whether its id has a character too many or its clips are files.
    frame["group"] = frame["video_id"].map(youtube_id)
    if media is None:
        frame["video"] = frame["audio"] = YOUTUBE_WATCH_URL + frame["group"]
    else:
        _locate(frame, separator, Path(media))
    return frame


def _locate(frame: pd.DataFrame, separator: str, media: Path) -> None:
    """Fill in the files of clips, in place.

    A file that holds one clip is a source video: its id is that of the clip, which begins at 0.
    A video that is missing gets a path that does not exist.
    """
    video: dict[str, str] = {}
    audio: dict[str, str] = {}
    for stem, pair in media_pairs(media).items():
        video[stem] = printable_name(str(pair.video))
        audio[stem] = printable_name(str(pair.audio))
        name = PurePosixPath(stem).name
        video.setdefault(name, video[stem])
        audio.setdefault(name, audio[stem])
    cut_names = frame["video_id"] + separator + frame["start"].map("{:g}".format)
    is_cut = cut_names.isin(list(video))
    frame["video_id"] = cut_names.where(is_cut, frame["video_id"])
    frame.loc[is_cut, "start"] = 0.0
    for video_id in set(frame["video_id"]) - set(video):
        missing = str(media / f"{safe_name(video_id)}.mp4")
        video[video_id] = audio[video_id] = missing
    frame["video"] = frame["video_id"].map(video)
    frame["audio"] = frame["video_id"].map(audio)
