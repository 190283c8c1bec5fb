"""The rows that sources list, and frames of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ListedClip:
    """A clip as its source lists it."""

    video_id: str
    #: s
    start: float
    #: s
    duration: float
    #: train or test; None if the source does not say.
    split: str | None = None
    #: File or URL of the video.
    video: str
    #: File or URL of the audio.
    audio: str
    #: Name shared by the clips that a split must keep together; the video by default.
    group: str | None = None
    #: Whether the source gives the id; otherwise it is the name of the file.
    is_named: bool = True


#: Columns of a frame of listed clips.
LISTED_COLUMNS = [field.name for field in fields(ListedClip)]


def listed_frame(clips: Sequence[ListedClip]) -> pd.DataFrame:
    """Return clips as a frame, with `group` filled in."""
    columns = {}
    for name in LISTED_COLUMNS:
        columns[name] = [getattr(clip, name) for clip in clips]
    columns["group"] = [clip.video_id if clip.group is None else clip.group for clip in clips]
    return pd.DataFrame(columns).astype({"start": float, "duration": float, "is_named": bool})
