"""Maps of synchronisation experiments on the page, beside their figures."""

import base64
import dataclasses
import json
from pathlib import Path

import numpy as np
from PIL import Image
from support.report import build

from foa360.stages.report.files import ReportFiles


def test_the_page_has_figures_with_errors_and_the_maps_of_the_first_seed(
    results: ReportFiles, tmp_path: Path
):
    errors = {
        name: {"mean": mean, "ci_low": 0.0, "ci_high": 90.0}
        for name, mean in (("network", 21.4), ("intensity", 7.6), ("random", 88.8), ("gain", -13.8))
    }
    stored = {
        "task": "localisation", "experiment": "sync", "trained_for": "synchronisation",
        "accuracy": 0.875, "ci_low": 0.7, "ci_high": 0.95, "chance": 0.15, "untrained": 0.1,
        "deaf": 0.3, "decisions": 64, "videos": 64, "errors": errors,
    }  # fmt: skip
    for seed in (0, 1):
        path = tmp_path / "sync" / str(seed) / "sound_maps.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(np.full((4, 8, 3), 50 * seed, np.uint8)).save(path)
    figures = tmp_path / "sync" / "localisation.json"
    figures.write_text(json.dumps(stored))
    files = dataclasses.replace(
        results,
        evaluations=[*results.evaluations, figures],
        sound_maps=[tmp_path / "sync" / seed / "sound_maps.png" for seed in ("0", "1")],
    )
    text = build(files).read_text()
    assert "mean error 21°, of the intensity vector 8°, of any direction 89°" in text
    assert "<td>87.5 %</td>" in text
    first, second = (base64.b64encode(path.read_bytes()).decode() for path in files.sound_maps)
    assert f"data:image/png;base64,{first}" in text
    assert second not in text


def test_without_such_experiments_the_page_has_no_maps(results: ReportFiles):
    assert "Where video and audio fit" not in build(results).read_text()
