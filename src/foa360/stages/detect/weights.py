"""Files of weights of detectors: the bundled one, and what must not be loaded."""

import zipfile
from pathlib import Path, PurePosixPath

from foa360.core.files import sha256

#: Members of a TorchScript archive, below its folder, that the archive of tensors does not have.
CODE_MEMBERS = {("code",), ("constants.pkl",)}


def demo_weights() -> Path:
    """Path of the bundled detector, which detects the objects drawn in the demo."""
    return Path(__file__).parent / "demo_detector.pt"


def weights_problem(path: Path, expected_sha256: str | None) -> str | None:
    """Describe why a file must not be loaded, whatever its name says; None for tensors.

    PyTorch saves tensors as a ZIP archive with the one pickle `data.pkl`. A TorchScript archive has
    code beside it.
    """
    if not path.is_file():
        return "not a regular file"
    if expected_sha256 is not None and sha256(path) != expected_sha256:
        return "the file has another SHA-256 than detect.weights_sha256"
    try:
        with zipfile.ZipFile(path) as archive:
            members = [PurePosixPath(name).parts[1:] for name in archive.namelist()]
    except (OSError, ValueError, zipfile.BadZipFile):
        return "the file is no archive of tensors"
    has_code = any(member[:1] in CODE_MEMBERS for member in members)
    if has_code or ("data.pkl",) not in members:
        return "the file is no archive of tensors"
    return None
