"""Figures of masks over videos and seeds, each with what other sounds reach."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from foa360.core.records import SoundingFrame
from foa360.core.tables import grouped
from foa360.learning.metrics import paired_interval
from foa360.learning.segmentation.metrics import f_score

#: A value for each video, by its name; averaged over seeds.
ByVideo = dict[str, float]


def mask_figures(rows: Sequence[SoundingFrame]) -> dict[str, dict[str, object]]:
    """Compute `M_J`, `M_F per_video` and `M_F per_dataset`.

    Parameters
    ----------
    rows : sequence of SoundingFrame
        Of all seeds.

    Returns
    -------
    dict
        By name: `value`, `low` and `high` (95 % interval over videos), `chance` (the whole frame
        or nothing marked), `other` and `silence` (with another video's sound and with none),
        `gain`, `gain_low`, `gain_high` (over another's sound, with its interval), `by_seed`,
        `videos`, `frames`, `seeds`. Empty where no video could be read.
    """
    measured = [row for row in rows if row.jaccard is not None]
    if not measured:
        return {}
    return {
        "M_J": _figure(measured, _mean_jaccard, _constant_jaccard),
        "M_F per_video": _figure(measured, _f_per_video, _constant_f),
        "M_F per_dataset": _figure(measured, _f_per_dataset, _constant_f),
    }


def _figure(
    rows: Sequence[SoundingFrame],
    measure: Callable[[Sequence[SoundingFrame]], ByVideo],
    chance: Callable[[Sequence[SoundingFrame]], float],
) -> dict[str, object]:
    by_sound = grouped(rows, lambda row: row.sound)
    values: dict[str | None, ByVideo] = {}
    by_seed: list[float] = []
    for sound, of_sound in by_sound.items():
        seeds = [measure(of_seed) for of_seed in grouped(of_sound, lambda r: r.seed).values()]
        videos = sorted({name for found in seeds for name in found})
        values[sound] = {
            name: float(np.mean([found[name] for found in seeds if name in found]))
            for name in videos
        }
        if sound == "own":
            by_seed = [_mean(found) for found in seeds]
    own = values["own"]
    names = sorted(own)
    interval = paired_interval([own[name] for name in names], names)[1]
    gain, gain_interval = paired_interval(
        [own[name] - values["other"][name] for name in names], names
    )
    return {
        "value": _mean(own),
        "low": max(0.0, interval.low),
        "high": min(1.0, interval.high),
        "chance": chance(by_sound["own"]),
        "other": _mean(values["other"]),
        "silence": _mean(values["silence"]),
        "gain": gain,
        "gain_low": gain_interval.low,
        "gain_high": gain_interval.high,
        "by_seed": by_seed,
        "videos": len(names),
        "frames": len({(row.video, row.frame) for row in rows}),
        "seeds": sorted({row.seed for row in rows}),
    }


def _mean(values: ByVideo) -> float:
    return float(np.mean(list(values.values()))) if values else 0.0


def _mean_jaccard(rows: Sequence[SoundingFrame]) -> ByVideo:
    """Mean M_J of each video; all videos have as many frames."""
    by_video = grouped(rows, lambda row: row.video)
    return {
        name: float(np.mean([row.jaccard for row in own if row.jaccard is not None]))
        for name, own in by_video.items()
    }


def _curves(rows: Sequence[SoundingFrame]) -> dict[str, list[NDArray[np.float64]]]:
    """Curves of F of each video that has any."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for row in rows:
        if row.f_curve is not None:
            found.setdefault(row.video, []).append(np.array(row.f_curve, float))
    return found


def _f_per_video(rows: Sequence[SoundingFrame]) -> ByVideo:
    return {name: f_score(curves) for name, curves in _curves(rows).items()}


def _f_per_dataset(rows: Sequence[SoundingFrame]) -> ByVideo:
    """F of each video at the one threshold that is best for the mean over all frames.

    Videos are weighted so that their mean is the mean over frames.
    """
    curves = _curves(rows)
    every = [curve for own in curves.values() for curve in own]
    if not every:
        return {}
    best = int(np.mean(every, axis=0).argmax())
    share = len(curves) / len(every)
    return {name: share * sum(float(c[best]) for c in own) for name, own in curves.items()}


def _constant_jaccard(rows: Sequence[SoundingFrame]) -> float:
    """M_J of the better one of two answers without looking: all is marked, or nothing."""
    areas = np.array([row.area for row in rows], float)
    return float(max(areas.mean(), (areas == 0).mean()))


def _constant_f(rows: Sequence[SoundingFrame]) -> float:
    """F of the whole frame marked: its precision is the area, its recall 1."""
    values = [row.f_curve[0] for row in rows if row.f_curve is not None]
    return float(np.mean(values)) if values else 0.0
