"""Segmentation experiments on the page: figures, curve of the first seed, and masks to look at."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foa360.stages.report.images import of_first_seed, png_address


@dataclass(frozen=True, kw_only=True)
class SegmentationResult:
    """What the page shows of an experiment.

    figures : as `foa360.downstream.mask_figures` computes them, by name.
    data : data set and part.
    left_out : videos that could not be read, in all splits.
    curve : steps and M_J on validation videos of the first seed.
    examples : image of masks of the first seed, as an address of its content.
    """

    experiment: str
    data: str
    figures: dict[str, dict[str, Any]]
    left_out: int
    curve: list[list[float]]
    examples: str

    @property
    def remark(self) -> str:
        """What keeps the figures from showing that the network listens; empty for nothing."""
        figure = self.figures.get("M_J")
        if figure is None or figure["gain_low"] > 0:
            return ""
        return "does not listen: another video's sound is as good"


def read_segmentations(
    figures: Sequence[Path], curves: Sequence[Path], examples: Sequence[Path]
) -> list[SegmentationResult]:
    """Read the results of experiments; of curves and examples those of the first seed count.

    `curves` and `examples` lie in a folder of the seed, in one of the experiment.
    """
    return [
        _read(
            path, of_first_seed(curves, path.parent.name), of_first_seed(examples, path.parent.name)
        )
        for path in figures
    ]


def _read(figures: Path, curve: Path, examples: Path) -> SegmentationResult:
    stored = json.loads(figures.read_text())
    with curve.open(newline="") as file:
        points = [(float(p["step"]), float(p["validation_jaccard"])) for p in csv.DictReader(file)]
    return SegmentationResult(
        experiment=stored["experiment"],
        data=stored["data"],
        figures=stored["figures"],
        left_out=sum(len(videos) for videos in stored["unread"].values()),
        curve=[list(column) for column in zip(*points, strict=True)],
        examples=png_address(examples),
    )
