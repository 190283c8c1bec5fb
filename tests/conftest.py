"""Fixtures that many tests share."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from foa360.config.features import Features
from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.stages.features.stage import write_shard

# The same examples every time, so that a change is what makes a test fail;
# `pytest --hypothesis-profile default` looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real recordings; tests that need it skip where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("FOA360_REAL_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"real recordings are not here: {folder} (set FOA360_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_weights(real_data: Path) -> Path:
    """A real COCO detector that lies beside the real recordings."""
    path = real_data.parent / "weights" / "yolo11n_coco.pt"
    if not path.is_file():
        pytest.skip(f"no detector weights at {path}")
    return path


@pytest.fixture(scope="session")
def write_features(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a feature shard from rows of the curation table and the files of their videos.

    The other tables are those that the stages would write; every kept clip gets the same
    viewpoints, pairs of degrees.
    """

    def make(
        media: dict[str, Path],
        clips: list[dict[str, Any]],
        views: Sequence[Sequence[float]],
        settings: Features,
        output: Path | None = None,
    ) -> Path:
        folder = tmp_path_factory.mktemp("shard")
        names = [column.name for column in tables.CLIP]
        plan = [{name: clip[name] for name in names} | {"shard": "s0000"} for clip in clips]
        fetch = [
            {"video_id": video, "state": "fetched", "video_path": path, "audio_path": path}
            for video in dict.fromkeys(clip["video_id"] for clip in clips)
            for path in [str(media.get(video, "nowhere"))]
        ]
        looks = [
            {"clip_id": clip["clip_id"], "video_id": clip["video_id"], "index": k, "azimuth": a,
             "elevation": e, "fov": 60.0, "origin": "object" if k == 0 else "sound",
             "label": "bell" if k == 0 else None}
            for clip in clips if clip["verdict"] == "kept" for k, (a, e) in enumerate(views)
        ]  # fmt: skip
        rows = {"plan": plan, "fetch": fetch, "curation": clips, "viewpoints": looks}
        for name, columns in [
            ("plan", tables.PLAN), ("fetch", tables.FETCH),
            ("curation", tables.CURATION), ("viewpoints", tables.VIEWPOINTS),
        ]:  # fmt: skip
            tables.write(folder / f"{name}.parquet", rows[name], columns)
        output = output or folder / "s0000.h5"
        inputs = [folder / f"{name}.parquet" for name in ("fetch", "curation", "viewpoints")]
        write_shard(
            folder / "plan.parquet", "s0000", *inputs, output, settings, Progress("features")
        )
        return output

    return make
