"""Choose the clips that get a card with media: by reason, near a threshold, worst, random."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from foa360.config.curate import Curate
from foa360.stages.report.clips import ReportClip, first_of_each_video
from foa360.stages.report.funnel import Loss
from foa360.stages.report.verdicts import judged_ratio

#: Clips chosen for each kind of choice, at most.
PER_REASON = 24
NEAREST = 6
WORST = 6
RANDOM = 12


def choose(
    clips: Sequence[ReportClip],
    losses: Sequence[Loss | None],
    shown: Collection[str],
    settings: Curate,
    seed: int,
) -> dict[str, list[str]]:
    """Return why each chosen clip was chosen, by clip id, in the order of the clips.

    Parameters
    ----------
    clips : sequence of ReportClip
        All clips.
    losses : sequence
        Why each was lost.
    shown : collection of str
        Clips in the feature shards; random ones are drawn from these.
    settings : Curate
        Thresholds.
    seed : int
        Random seed.
    """
    why: dict[str, list[str]] = {}
    for code, clip in _per_reason(clips, losses).items():
        why.setdefault(clip.clip_id, []).append(f"reason {code}")
    for clip in nearest_to_threshold(clips, settings)[:NEAREST]:
        why.setdefault(clip.clip_id, []).append("near a threshold")
    agreed = [clip for clip in clips if clip.agreement is not None]
    for clip in sorted(agreed, key=lambda clip: clip.agreement or 0.0)[:WORST]:
        why.setdefault(clip.clip_id, []).append("worst agreement")
    for clip in _random(first_of_each_video([c for c in clips if c.clip_id in shown]), seed):
        why.setdefault(clip.clip_id, []).append("random")
    return {clip.clip_id: why[clip.clip_id] for clip in clips if clip.clip_id in why}


def nearest_to_threshold(clips: Iterable[ReportClip], settings: Curate) -> list[ReportClip]:
    """Sort clips with an energy ratio by the distance of its logarithm to the nearest limit."""
    limits = [1 - settings.tau, 1 + settings.tau] if settings.strict else settings.ratio_range
    logarithms = np.log([max(limit, 1e-3) for limit in limits])
    found = []
    for clip in clips:
        ratio = judged_ratio(clip, settings)
        if ratio and clip.verdict != "failed":
            found.append((float(np.abs(np.log(ratio) - logarithms).min()), clip))
    return [clip for _, clip in sorted(found, key=lambda pair: pair[0])]


def _per_reason(
    clips: Sequence[ReportClip], losses: Sequence[Loss | None]
) -> dict[str, ReportClip]:
    """First clip of each reason, those of reasons that decided before those of notes."""
    deciding: dict[str, ReportClip] = {}
    others: dict[str, ReportClip] = {}
    for clip, lost in zip(clips, losses, strict=True):
        if lost is not None:
            deciding.setdefault(lost.code, clip)
        for code in clip.reasons:
            others.setdefault(code, clip)
    found = {**deciding, **{code: clip for code, clip in others.items() if code not in deciding}}
    return dict(list(found.items())[:PER_REASON])


def _random(clips: Sequence[ReportClip], seed: int) -> list[ReportClip]:
    size = min(RANDOM, len(clips))
    if not size:
        return []
    chosen = np.random.RandomState(seed).choice(len(clips), size, replace=False)
    return [clips[i] for i in np.sort(chosen)]
