"""Numbers of the panels: channels, conventions, frames, diversity, downloads."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.video_ids import recording
from foa360.stages.report import drawing
from foa360.stages.report.charts import Bar
from foa360.stages.report.clips import ReportClip, ReportVideo
from foa360.stages.report.funnel import Loss
from foa360.stages.report.sample import nearest_to_threshold
from foa360.stages.report.verdicts import judged_ratio

#: Steps of the τ slider, and its last value.
TAU_STEP, TAU_STEPS = 0.01, 99
#: Clips listed as nearest to a threshold.
LISTED = 12
#: Rows of a table of combinations or of classes.
MAX_ROWS = 30
#: Upper ends of the groups of clips per video.
GROUPS = (1, 2, 5, 10, 20, 50, 100)
#: Clips of different splits in a list of leaks, at most.
MAX_LEAKS = 10


@dataclass(frozen=True)
class Row:
    """A row of a table of counts: names, and clips that are kept and lost."""

    names: tuple[str, ...]
    kept: int
    lost: int


@dataclass(frozen=True)
class Leakage:
    """Recordings, how many are in more than one split, and some of these."""

    recordings: int
    shared: int
    examples: list[str]


def tau_counts(clips: Iterable[ReportClip], settings: Curate) -> list[int]:
    """Count clips with |E_xyz/E_w - 1| up to 0, 0.01, … 0.99, and all that have a ratio.

    The ratio is the one that was judged. Returns 101 numbers.
    """
    ratios = [judged_ratio(clip, settings) for clip in clips]
    distance = np.sort([abs(ratio - 1) for ratio in ratios if ratio is not None])
    limits = TAU_STEP * np.arange(TAU_STEPS + 1) + 1e-12
    return [*np.searchsorted(distance, limits, side="right").tolist(), len(distance)]


def channel_shares(clips: Iterable[ReportClip]) -> list[tuple[str, float, float, float]]:
    """Return the quartiles of each channel's share of the energy of a kept clip, as W, Y, Z, X."""
    levels = []
    for clip in clips:
        row = (clip.energy_w_db, clip.energy_y_db, clip.energy_z_db, clip.energy_x_db)
        if clip.verdict == "kept" and None not in row:
            levels.append(row)
    if not levels:
        return []
    energies = 10 ** (np.array(levels, float) / 10)
    shares = energies / np.maximum(energies.sum(1, keepdims=True), np.finfo(float).tiny)
    quartiles = np.quantile(shares, (0.25, 0.5, 0.75), axis=0).T.tolist()
    return [(name, *values) for name, values in zip("WYZX", quartiles, strict=True)]


def combinations(clips: Iterable[ReportClip], losses: Iterable[Loss | None]) -> list[Row]:
    """Count clips by codec, layout, convention claimed and found."""
    named = []
    for clip in clips:
        names = (clip.audio_codec, clip.audio_layout, clip.claimed_convention, clip.convention)
        named.append(tuple(name or "–" for name in names))
    return _rows(named, losses)


def projections(clips: Iterable[ReportClip], losses: Iterable[Loss | None]) -> list[Row]:
    """Count clips by projection claimed and found, and stereo layout."""
    named = []
    for clip in clips:
        names = (clip.claimed_projection, clip.projection, clip.stereo)
        named.append(tuple(name or "–" for name in names))
    return _rows(named, losses)


def static_shares(clips: Iterable[ReportClip]) -> list[Bar]:
    """Count clips by the share of frames that equal the one before."""
    shares = [clip.static_share for clip in clips if clip.static_share is not None]
    counts, edges = np.histogram(shares, np.linspace(0, 1, 11))
    bars = []
    for count, (low, high) in zip(counts.tolist(), pairwise(edges), strict=True):
        name = f"{100 * low:.0f} to {100 * high:.0f} %"
        bars.append(Bar(name, count, "listed", f"{count} clips with {name} equal frames"))
    return bars


def clips_per_video(clips: Iterable[ReportClip]) -> list[Bar]:
    """Count videos by their number of kept clips."""
    counts = Counter(clip.video_id for clip in clips if clip.verdict == "kept")
    grouped = Counter(int(np.searchsorted(GROUPS, count)) for count in counts.values())
    names = ["1", *(f"{a + 1} to {b}" if b > a + 1 else f"{b}" for a, b in _pairs(GROUPS))]
    names.append(f"more than {GROUPS[-1]}")
    return [
        Bar(name, grouped[number], "kept", f"{grouped[number]} videos with {name} kept clips")
        for number, name in enumerate(names)
    ]


def classes(detections: Iterable[Path]) -> list[Bar]:
    """Count clips with a detection of each class, most frequent first."""
    counts: Counter[str] = Counter()
    for path in detections:
        table = tables.read_arrow(path, ["clip_id", "label"])
        found = table.group_by(["clip_id", "label"]).aggregate([])
        counts.update(found["label"].to_pylist())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_ROWS]
    return [Bar(name, count, "kept", f"{count} clips with {name}") for name, count in ranked]


def audio_directions(clips: Iterable[ReportClip]) -> str:
    """Draw where the audio of kept clips comes from; empty for nothing."""
    found = []
    for clip in clips:
        if clip.verdict == "kept" and clip.azimuth is not None and clip.elevation is not None:
            found.append((clip.azimuth, clip.elevation))
    return drawing.density_map(*np.array(found).T) if found else ""


def object_directions(detections: Iterable[Path]) -> str:
    """Draw where detections lie; empty for nothing."""
    parts = []
    for path in detections:
        table = tables.read_arrow(path, ["azimuth", "elevation"])
        parts.append(np.array([pc.fill_null(column, 0.0).to_numpy() for column in table.columns]))
    joined = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0))
    return drawing.density_map(*joined.astype(float)) if joined.size else ""


def leakage(clips: Iterable[ReportClip]) -> Leakage:
    """Find recordings of which clips are in more than one split."""
    splits: dict[str, set[str]] = defaultdict(set)
    for video_id, split in dict.fromkeys((clip.video_id, clip.split) for clip in clips):
        if split:
            splits[recording(video_id)].add(split)
    shared = sorted(name for name, found in splits.items() if len(found) > 1)
    return Leakage(len(splits), len(shared), shared[:MAX_LEAKS])


def fetch_states(videos: Mapping[str, ReportVideo]) -> list[Bar]:
    """Count videos by state, and failed ones by reason."""
    counts = Counter((video.state, video.reason or "") for video in videos.values())
    bars = []
    for (state, reason), count in sorted(counts.items()):
        kind = "kept" if state == "fetched" else "failed"
        bars.append(Bar(reason or state, count, kind, f"{count} videos: {state} {reason}"))
    return bars


def fetch_attempts(videos: Mapping[str, ReportVideo]) -> list[Bar]:
    """Count downloaded videos by their number of attempts."""
    counts = Counter(video.attempts for video in videos.values() if video.attempts is not None)
    return [
        Bar(f"{attempts} attempts", count, "listed", f"{count} videos after {attempts} attempts")
        for attempts, count in sorted(counts.items())
    ]


def stated(videos: Iterable[ReportVideo], column: str) -> list[tuple[str, int]]:
    """Count videos by what the source states in a column, such as the licence."""
    counts = Counter(getattr(video, column) or "not stated" for video in videos)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_ROWS]


def nearest(clips: Iterable[ReportClip], settings: Curate) -> list[tuple[ReportClip, float]]:
    """Return the clips whose energy ratio is nearest to a limit, with this ratio."""
    found = nearest_to_threshold(clips, settings)[:LISTED]
    return [(clip, judged_ratio(clip, settings) or 0.0) for clip in found]


def _pairs(values: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(values))


def _rows(named: Iterable[tuple[str, ...]], losses: Iterable[Loss | None]) -> list[Row]:
    """Count kept and lost clips of each combination of names, most frequent first."""
    kept: Counter[tuple[str, ...]] = Counter()
    lost: Counter[tuple[str, ...]] = Counter()
    for names, loss in zip(named, losses, strict=True):
        (kept if loss is None else lost)[names] += 1
    every = {*kept, *lost}
    ranked = sorted(every, key=lambda names: (-kept[names] - lost[names], names))[:MAX_ROWS]
    return [Row(names, kept[names], lost[names]) for names in ranked]
