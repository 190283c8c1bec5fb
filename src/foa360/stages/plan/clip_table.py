"""Clip lists of the user: what a row of the table stands for."""

import os
from dataclasses import dataclass
from pathlib import Path

from foa360.core.video_ids import is_url, source_video
from foa360.core.youtube import canonical_url
from foa360.lists.cells import seconds
from foa360.lists.table import TableRow, read_table
from foa360.stages.plan.durations import Span, clip_spans
from foa360.stages.plan.listed_clips import ListedClip
from foa360.stages.plan.media_facts import MediaFacts

SPLITS = ("train", "test")
#: Largest difference of a duration from end minus start, s: lists round.
END_TOLERANCE_S = 1e-3


@dataclass(frozen=True, kw_only=True)
class Times:
    """Times of a row, s; None where it has none."""

    start: float | None
    duration: float | None


def table_clips(path: Path, clip_duration: float, facts: MediaFacts) -> list[ListedClip]:
    """Return the clips of a list, in its order.

    Without `video_id` the video names itself: the path without its suffix, the id of a YouTube
    video, or the URL. A row without times is one clip from the beginning if its media are remote;
    otherwise it stands for the whole file, cut into clips of `clip_duration` s. Raises ListError
    with all problems of the list.
    """
    table = read_table(path, "video")
    clips: list[ListedClip] = []
    for row in table.rows:
        try:
            clips += _clips(row, path.parent, clip_duration, facts)
        except ValueError as error:
            table.problems.append((row.number, f": {error}"))
    table.require_no_problems(path)
    return clips


def _clips(
    row: TableRow, folder: Path, clip_duration: float, facts: MediaFacts
) -> list[ListedClip]:
    """Return the clips of a row; raise ValueError that says what is wrong with it."""
    if not row.video:
        raise ValueError("video is empty")
    if row.split not in {"", *SPLITS}:
        raise ValueError(f"split {row.split!r} is not train or test")
    video = _located(row.video, folder)
    audio = _located(row.audio or row.video, folder)
    times = _times(row)
    spans = [Span(times.start or 0.0, times.duration or clip_duration)]
    if times.start is None and times.duration is None and not is_url(video):
        spans = clip_spans(facts.shortest(Path(audio), Path(video)), clip_duration)
    video_id = row.named_video()
    clips: list[ListedClip] = []
    for span in spans:
        clip = ListedClip(
            video_id=video_id,
            start=span.start,
            duration=span.duration,
            split=row.split or None,
            video=video,
            audio=audio,
            group=row.recording or source_video(video_id),
            is_named=bool(row.video_id),
        )
        clips.append(clip)
    return clips


def _times(row: TableRow) -> Times:
    """Return the times of a row; a clip that has an end and no start begins at 0."""
    start = _time(row, "start")
    end = _time(row, "end")
    duration = _time(row, "duration")
    if row.duration and duration == 0:
        raise ValueError(f"duration {row.duration!r} must be above 0")
    if end is None:
        return Times(start=start, duration=duration)
    until_end = end - (start or 0.0)
    if until_end <= 0:
        raise ValueError(f"end {row.end!r} is not after the start")
    if duration is not None and abs(duration - until_end) > END_TOLERANCE_S:
        raise ValueError(
            f"duration {row.duration!r} is not the time from start to end, {until_end:g}"
        )
    return Times(start=start or 0.0, duration=round(until_end, 6) if duration is None else duration)


def _time(row: TableRow, name: str) -> float | None:
    """Return a time in seconds; None for an empty cell."""
    text: str = getattr(row, name)
    if not text:
        return None
    try:
        return seconds(text)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def _located(path_or_url: str, folder: Path) -> str:
    path_or_url = canonical_url(path_or_url)
    if is_url(path_or_url):
        return path_or_url
    if path_or_url.startswith("~/"):
        path_or_url = os.path.expanduser(path_or_url)
    return str(folder / path_or_url)
