"""Read feature shards, and find what is wrong with one."""

import hashlib
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
from numpy.typing import NDArray

from foa360.core.files import sha256
from foa360.shards.format import BESIDE

Image = NDArray[np.uint8]


def texts(file: Any, name: str) -> list[str]:
    """A dataset of texts."""
    return [value.decode() for value in file[name][:].ravel()]


def shard_files(path: Path) -> list[Path]:
    """The shards in a folder, in order; a file stands for itself."""
    return sorted(path.rglob("*.h5")) if path.is_dir() else [path]


def encoded(file: Any, clip: int, number: int) -> NDArray[np.uint8]:
    """Bytes of a picture of a clip: JPEG."""
    offset, size = file["video"][clip, number]
    return np.asarray(file["video_data"][offset : offset + size])


def picture(file: Any, clip: int, number: int) -> Image:
    """Picture of a clip, `(h, w, 3)` RGB. Raises ValueError where it does not decode."""
    image = cv2.imdecode(encoded(file, clip, number), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise ValueError(f"picture {number} does not decode")
    return np.asarray(image, np.uint8)


def sound(file: Any, name: str, clip: int) -> NDArray[np.float32]:
    """Sound of a clip from `foa`, `rotated` or `beam`, full scale ±1."""
    return np.asarray(file[name][clip], np.float32) * np.float32(file["scale"][clip] / 32767)


def verify(path: Path) -> list[str]:
    """What is wrong with a shard, in words; an empty list for a whole one.

    The digest beside the file covers every byte; those inside tell which clip is hit.
    """
    if not path.is_file():
        return ["no such file"]
    problems = []
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file():
        problems.append(f"{beside.name} is missing")
    elif beside.read_text().split()[:1] != [sha256(path)]:
        problems.append(f"the bytes differ from {beside.name}")
    return problems + verify_clips(path)


def verify_clips(path: Path) -> list[str]:
    """Problems found by the checksums of the clips."""
    try:
        with h5py.File(path, "r") as file:
            names = sorted(set(file) - {"checksum", *BESIDE})
            wrong = [
                file["clip_id"][i].decode(errors="replace")
                for i in range(len(file["checksum"]))
                if _checksum(file, names, i) != file["checksum"][i].decode(errors="replace")
            ]
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        return [f"cannot be read: {error}"]
    return [f"clip {clip} differs from its checksum" for clip in wrong]


def _checksum(file: Any, names: list[str], clip: int) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + file[name][clip].tobytes())
    if "video" in names:
        index = file["video"][clip]
        begin, end = int(index[0, 0]), int((index[:, 0] + index[:, 1]).max())
        digest.update(file["video_data"][begin:end].tobytes())
    return digest.hexdigest()
