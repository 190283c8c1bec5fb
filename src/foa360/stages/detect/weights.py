"""Weights of detectors: the bundled file, a file, or a name that Ultralytics downloads."""

import re
from pathlib import Path

from foa360.core.digest import value_digest
from foa360.core.files import sha256

#: Names of published weights, whose content is fixed. Ultralytics downloads them into the working
#: directory, so that a file of this name is there only after the first run.
PUBLISHED_WEIGHTS = re.compile(r"(yolo|rtdetr)[\w-]*\.pt")


def demo_weights() -> Path:
    """Path of the bundled detector, which detects the objects drawn in the demo."""
    return Path(__file__).parent / "demo_detector.pt"


def weights_digest(weights: str) -> str:
    """Digest of the content of weights; of a name that Ultralytics has published or must know."""
    path = demo_weights() if weights == "demo" else Path(weights)
    if PUBLISHED_WEIGHTS.fullmatch(weights) or not path.is_file():
        return value_digest(weights)
    return sha256(path)
