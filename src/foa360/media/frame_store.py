"""Sampled frames of a shard as JPEG files in one HDF5 file, for the stages that read them next."""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.core.hdf5 import open_hdf5, text_attribute
from foa360.media.images import Image
from foa360.media.sampling import Sampling, Use

#: Datasets with one row per frame, and their types; a clip is a position in `clip_ids`.
INDEX = {"clip": "i4", "use": "u1", "time": "f8", "offset": "i8", "size": "i8"}
JPEG = "jpeg"
CLIP_IDS = "clip_ids"
SAMPLINGS = "samplings"
#: Size of a frame that the media lack, bytes.
MISSING = 0
#: Chunk of the encoded frames, bytes.
CHUNK = 1 << 20
#: Bytes that are copied at once from one file to another.
BLOCK = 16 * CHUNK


class StoredFrame(NamedTuple):
    """A sampled frame: its time in the video, s, and its JPEG file; None where there is none."""

    time: float
    jpeg: bytes | None


class FrameStoreWriter:
    """A file of sampled frames that is being written; one frame is held at a time."""

    def __init__(self, file: Any, samplings: Sequence[Sampling]) -> None:
        """Begin in an open and empty `h5py.File`."""
        self.samplings = samplings
        self._file = file
        self._jpeg = file.create_dataset(JPEG, (0,), "u1", maxshape=(None,), chunks=(CHUNK,))
        self._clips: dict[str, int] = {}
        self._rows: list[tuple[int, int, float, int, int]] = []

    def add(
        self, clip_ids: Iterable[str], sampling: Sampling, time: float, image: Image | None
    ) -> None:
        """Add a frame `(h, w, 3)` that clips share; None for one that the media lack."""
        data = b"" if image is None else sampling.encode(image)
        begin = self._jpeg.shape[0]
        if data:
            self._jpeg.resize(begin + len(data), 0)
            self._jpeg[begin:] = np.frombuffer(data, np.uint8)
        for clip_id in clip_ids:
            clip = self._clips.setdefault(clip_id, len(self._clips))
            self._rows.append((clip, sampling.use, time, begin, len(data)))

    def discard(self, clip_ids: Collection[str]) -> None:
        """Forget the frames of clips."""
        discarded = {self._clips[clip_id] for clip_id in clip_ids if clip_id in self._clips}
        self._rows = [row for row in self._rows if row[0] not in discarded]

    def append(self, store: "FrameStore") -> None:
        """Add all frames of another file, which has other clips."""
        begin = self._jpeg.shape[0]
        for block in store.blocks():
            end = self._jpeg.shape[0]
            self._jpeg.resize(end + len(block), 0)
            self._jpeg[end:] = block
        first = len(self._clips)
        for clip_id in store.clip_ids:
            self._clips[clip_id] = len(self._clips)
        for clip, use, time, offset, size in store.rows():
            self._rows.append((first + clip, use, time, begin + offset, size))

    def close(self) -> None:
        """Write the index."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(INDEX)
        for (name, dtype), values in zip(INDEX.items(), columns, strict=True):
            self._file[name] = np.array(values, dtype)
        clip_ids = [clip_id.encode() for clip_id in self._clips]
        self._file[CLIP_IDS] = np.array(clip_ids, np.bytes_) if clip_ids else np.zeros(0, "S1")
        self._file.attrs[SAMPLINGS] = json.dumps(self.samplings)


class FrameStore:
    """A file of sampled frames, open for reading."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Read the index. Raises OSError for a file that cannot be opened."""
        self._file = open_hdf5(path)
        self._samplings = []
        for use, fps, width in json.loads(text_attribute(self._file, SAMPLINGS)):
            self._samplings.append(Sampling(Use(use), fps, width))
        self._clips = {c.decode(): i for i, c in enumerate(self._file[CLIP_IDS][:])}
        self._index = {name: self._file[name][:] for name in INDEX}

    def has(self, sampling: Sampling, clip_ids: Iterable[str]) -> bool:
        """Return whether there are such frames of all clips."""
        return sampling in self._samplings and self._clips.keys() >= set(clip_ids)

    def frames(self, clip_id: str, use: Use) -> list[StoredFrame]:
        """Return the frames of a clip in the order of time."""
        index = self._index
        selected = (index["clip"] == self._clips[clip_id]) & (index["use"] == use)
        found = []
        for row in np.flatnonzero(selected):
            begin, size = index["offset"][row], index["size"][row]
            data = None if size == MISSING else self._file[JPEG][begin : begin + size].tobytes()
            found.append(StoredFrame(float(index["time"][row]), data))
        return found

    @property
    def clip_ids(self) -> list[str]:
        """Clips in the order of the index."""
        return list(self._clips)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the index, see `INDEX`."""
        return zip(*(self._index[name].tolist() for name in INDEX), strict=True)

    def blocks(self) -> Iterator[NDArray[np.uint8]]:
        """Yield the encoded frames, block by block."""
        encoded = self._file[JPEG]
        for begin in range(0, len(encoded), BLOCK):
            yield encoded[begin : begin + BLOCK]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
