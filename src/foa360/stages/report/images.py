"""Images that other stages have written, as a part of the page."""

import base64
from collections.abc import Sequence
from pathlib import Path


def of_first_seed(paths: Sequence[Path], experiment: str) -> Path:
    """Return the file of an experiment's first seed; each lies in a folder of its seed."""
    return next(path for path in paths if path.parent.parent.name == experiment)


def of_first_seeds(paths: Sequence[Path]) -> dict[str, str]:
    """Return the content of the PNG file of each experiment's first seed, as an address."""
    names = dict.fromkeys(path.parent.parent.name for path in paths)
    return {name: png_address(of_first_seed(paths, name)) for name in names}


def png_address(path: Path) -> str:
    """Return an address that has the content of a PNG file."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
