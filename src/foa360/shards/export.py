"""Feature shards as tar files in the layout of webdataset."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from foa360.core.files import atomic
from foa360.shards.format import BESIDE
from foa360.shards.read import encoded


def export(shard: Path, target: Path) -> int:
    """Write a shard as a tar file, whole or not at all; returns the number of clips.

    Keys are `{shard}-{number}`: clip ids, which may hold anything, are in the `json`.
    """
    with h5py.File(shard, "r") as file, atomic(target) as temporary:
        count = len(file["clip_id"])
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as tar:
            for clip in range(count):
                key = f"{shard.stem}-{clip:06}"
                about: dict[str, Any] = {"settings": json.loads(file.attrs["settings"])}
                parts: dict[str, bytes] = {}
                for name in sorted(set(file) - BESIDE - {"video"}):
                    value = file[name][clip]
                    if file[name].ndim == 1 or name.startswith("viewpoint"):
                        about[name] = _plain(value)
                    else:
                        parts[f"{name}.npy"] = _npy(value)
                if "video" in file:
                    for number in range(file["video"].shape[1]):
                        parts[f"{number}.jpg"] = encoded(file, clip, number).tobytes()
                parts["json"] = json.dumps(about, ensure_ascii=False).encode()
                for name, data in sorted(parts.items()):
                    entry = tarfile.TarInfo(f"{key}.{name}")  # no owner, no date
                    entry.size = len(data)
                    tar.addfile(entry, io.BytesIO(data))
    return count


def _plain(value: Any) -> Any:
    """A value of a dataset as JSON has it."""
    if isinstance(value, np.ndarray):
        return [_plain(part) for part in value]
    return value.decode() if isinstance(value, bytes) else value.item()


def _npy(value: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value)
    return buffer.getvalue()
