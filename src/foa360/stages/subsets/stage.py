"""Divide the kept clips by the energy ratio of their audio (Wang et al. 2022)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foa360.core import tables
from foa360.core.records import KeptClip, SubsetClip

if TYPE_CHECKING:
    from foa360.core.jobs import Progress


def divide_clips(
    kept: Sequence[Path], tau: float, seed: int, output: Path, progress: "Progress"
) -> None:
    """Write a row for each kept clip, SubsetClip.

    The subset `random_matched` has as many training clips as `valid`, drawn from those that are not
    valid. Where these are fewer it has all of them, which is said: a filter such as the preset
    `wang2022` has rejected them before.

    Parameters
    ----------
    kept : sequence of Path
        Tables of kept clips.
    tau : float
        Largest distance of the energy ratio from 1.
    seed : int
        Random seed.
    output : Path
        Table that is written.
    progress : Progress
        Says the sizes of the subsets.
    """
    clips = [clip for path in kept for clip in tables.read(path, KeptClip)]
    ratios = np.array([clip.energy_ratio for clip in clips], float)
    valid = np.abs(ratios - 1) <= tau
    in_training = np.array([clip.split == "train" for clip in clips], bool)
    pool = np.flatnonzero(in_training & ~valid)
    wanted = int((in_training & valid).sum())
    drawn = np.random.default_rng(seed).permutation(pool)[:wanted]
    matched = np.zeros(len(clips), bool)
    matched[drawn] = True
    if len(drawn) < wanted:
        progress.say(
            f"only {len(drawn)} training clips are not valid, fewer than the {wanted} that are:"
            " curate.preset: score_only keeps all that have audio"
        )
    rows = [
        SubsetClip(
            clip_id=clip.clip_id,
            split=clip.split,
            energy_ratio=clip.energy_ratio,
            valid=bool(is_valid),
            random_matched=bool(is_matched),
        )
        for clip, is_valid, is_matched in zip(clips, valid, matched, strict=True)
    ]
    tables.write(output, rows, SubsetClip)
