"""Files of weights of detectors: the bundled one, published ones, and what must not be loaded."""

import zipfile
from pathlib import Path, PurePosixPath

from foa360.config.detect import WEIGHTS_SUFFIX
from foa360.core.files import NOT_REGULAR, sha256
from foa360.stages.detect.ultralytics_offline import download_weights

#: Members of a TorchScript archive, below its folder, that the archive of tensors does not have.
CODE_MEMBERS = {("code",), ("constants.pkl",)}


class WeightsError(OSError):
    """The weights are not available or do not belong to a detector."""

    def __init__(self, weights: str, message: str) -> None:
        """Name the weights, so that the message needs no context."""
        super().__init__(0, message, weights)


def demo_weights() -> Path:
    """Path of the bundled detector, which detects the objects drawn in the demo."""
    return Path(__file__).parent / "demo_detector.pt"


def weights_problem(path: Path, expected_sha256: str | None) -> str | None:
    """Describe why a file must not be loaded, whatever its name says; None for tensors.

    PyTorch saves tensors as a ZIP archive with the one pickle `data.pkl`. A TorchScript archive has
    code beside it.
    """
    if not path.is_file():
        return NOT_REGULAR
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


def available_weights(weights: str, expected_sha256: str | None) -> Path:
    """Return the file of weights; what Ultralytics publishes is downloaded if it is not there.

    Parameters
    ----------
    weights : str
        `demo` (bundled), a path, or a name that Ultralytics publishes: its file is in the working
        directory.
    expected_sha256 : str or None
        SHA-256 of the only file that is loaded; None for any.

    Raises
    ------
    WeightsError
        If there is no file, if it cannot be downloaded, or if it must not be loaded.
    """
    path = demo_weights() if weights == "demo" else Path(weights)
    if path.suffix != WEIGHTS_SUFFIX:
        # Ultralytics would run what other kinds of files contain.
        raise WeightsError(weights, f"not a file of weights ({WEIGHTS_SUFFIX})")
    if not path.exists():
        try:
            path = Path(download_weights(weights))
        except Exception as error:
            reason = str(error).splitlines()[0]
            raise WeightsError(
                weights, f"no such file, nor can it be downloaded ({reason})"
            ) from None
    problem = weights_problem(path, expected_sha256)
    if problem is not None:
        raise WeightsError(weights, problem)
    return path
