"""Digest of the weights of a detector: a parameter of rules.

No stage imports this module: another list of published names repeats no detection.
"""

from pathlib import Path

from foa360.config.published_weights import PUBLISHED_WEIGHTS
from foa360.core.digest import value_digest
from foa360.core.files import sha256
from foa360.stages.detect.weights import demo_weights


def weights_digest(weights: str) -> str:
    """Digest of the content of weights; of the name where Ultralytics publishes them.

    So it is of the name where there is no such file.
    """
    path = demo_weights() if weights == "demo" else Path(weights)
    if weights in PUBLISHED_WEIGHTS or not path.is_file():
        return value_digest(weights)
    return sha256(path)
