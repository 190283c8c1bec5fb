"""Feature shards as tar files in the layout of WebDataset."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foa360.core.files import atomic
from foa360.shards.format import TextSizes, clip_columns, encoded_name
from foa360.shards.read import Shard, open_shard


def export(path: Path, target: Path) -> int:
    """Write a shard as a tar file, whole or not at all; returns the number of clips.

    Keys are `{shard}-{number}`. Clip ids, which may hold any characters, are in the `json`.
    """
    with open_shard(path) as shard, atomic(target) as temporary:
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as tar:
            for clip in range(len(shard)):
                for extension, data in sorted(_parts(shard, clip).items()):
                    entry = tarfile.TarInfo(f"{path.stem}-{clip:06}.{extension}")
                    entry.size = len(data)  # no owner, no date: the same shard, the same bytes
                    tar.addfile(entry, io.BytesIO(data))
        return len(shard)


def _parts(shard: Shard, clip: int) -> dict[str, bytes]:
    """Content of one clip's files, by extension."""
    columns = clip_columns(0, TextSizes())
    info: dict[str, object] = {"settings": json.loads(shard.settings_json)}
    parts = {}
    for name in shard.names:
        if name in columns:
            info[name] = _json_value(shard.row(name, clip))
        elif encoded_name(name) not in shard:
            parts[f"{name}.npy"] = _npy(shard.row(name, clip))
    if "video" in shard:
        for number in range(shard.image_count()):
            parts[f"{number}.jpg"] = shard.encoded_image(clip, number)
    parts["json"] = json.dumps(info, ensure_ascii=False).encode()
    return parts


def _json_value(value: NDArray[np.generic]) -> object:
    """Values of a clip as JSON holds them."""
    plain: object = value.tolist()
    if isinstance(plain, list):
        return [_text_or_number(part) for part in plain]
    return _text_or_number(plain)


def _text_or_number(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def _npy(value: NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, value)
    return buffer.getvalue()
