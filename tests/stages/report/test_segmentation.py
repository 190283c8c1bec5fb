"""Segmentation experiments on the page: curve, figures with controls, and masks."""

import base64
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.report import build

from foa360.stages.report.files import ReportFiles

FIGURE = {
    "value": 0.651, "low": 0.6, "high": 0.7, "chance": 0.08, "other": 0.321, "silence": 0.311,
    "gain": 0.33, "gain_low": 0.25, "gain_high": 0.41, "by_seed": [0.64, 0.662], "videos": 30,
    "frames": 150, "seeds": [0, 1],
}  # fmt: skip


def with_segmentation(results: ReportFiles, folder: Path, figure: dict[str, object]) -> ReportFiles:
    """Add an experiment of two seeds."""
    stored = {
        "task": "segmentation",
        "experiment": "avs",
        "figures": {"M_J": figure, "M_F per_dataset": figure},
        "data": "AVSBench S4",
        "unread": {"train": {}, "val": {}, "test": {"v9": ["silent", "v9.wav"]}},
    }
    experiment = folder / "avs"
    for seed in ("0", "1"):
        (experiment / seed).mkdir(parents=True, exist_ok=True)
        (experiment / seed / "curves.csv").write_text(
            f"step,loss,validation_jaccard\n10,0.3,0.{seed}25\n20,0.2,0.5\n"
        )
        Image.fromarray(np.full((4, 20, 3), 9, np.uint8)).save(experiment / seed / "masks.png")
    (experiment / "segmentation.json").write_text(json.dumps(stored))
    return dataclasses.replace(
        results,
        segmentations=[experiment / "segmentation.json"],
        segmenter_curves=[experiment / seed / "curves.csv" for seed in ("0", "1")],
        mask_examples=[experiment / seed / "masks.png" for seed in ("0", "1")],
    )


def test_the_page_has_curve_figures_controls_and_masks(results: ReportFiles, tmp_path: Path):
    files = with_segmentation(results, tmp_path / "s", FIGURE)
    text = build(files).read_text()
    for shown in (
        "<td>0.651</td>", "0.600 to 0.700", "<td>0.080</td>", "<td>0.321</td>", "<td>0.311</td>",
        "0.330 (0.250 to 0.410)", "AVSBench S4", "1 videos could not be read",
    ):  # fmt: skip
        assert shown in text
    assert "does not listen" not in text
    assert '"jaccard":{"avs":[[10.0,20.0],[0.025,0.5]]}' in text
    masks = base64.b64encode((tmp_path / "s/avs/0/masks.png").read_bytes()).decode()
    assert f"data:image/png;base64,{masks}" in text


@pytest.mark.parametrize("gain_low", [0.0, -0.1])
def test_a_network_that_does_not_listen_is_said_so(
    gain_low: float, results: ReportFiles, tmp_path: Path
):
    files = with_segmentation(results, tmp_path / "s", {**FIGURE, "gain_low": gain_low})
    assert "does not listen" in build(files).read_text()


def test_without_such_experiments_the_page_has_no_such_part(results: ReportFiles):
    assert "Segmentation of what sounds" not in build(results).read_text()
