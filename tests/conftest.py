"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest


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
