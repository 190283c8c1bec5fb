"""Read feature shards."""

import json
import resource
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from foa360.core.hdf5 import ForeignContentError, open_hdf5, text_attribute
from foa360.shards.check import ShardSettings, check_datasets, encoded_range, require_finite
from foa360.shards.format import CLIP_AXIS, STATISTICS, encoded_name
from foa360.shards.packing import unpack_audio, unpack_covariance

Floats = NDArray[np.float32]

#: Most shards of a process that are open at once: a fourth of the files that it may open, within
#: these bounds. A training over all shards of a large corpus would else reach that limit.
MIN_OPEN, MAX_OPEN = 4, 64
#: Open shards by their `id`, the one used last at the end.
_OPEN: dict[int, "weakref.ref[Shard]"] = {}


def open_shard(path: Path) -> "Shard":
    """Open a shard for reading.

    Raises OSError, with the name, for a file that is missing, no HDF5 file or no shard.
    """
    return Shard(path)


def shard_files(path: Path) -> list[Path]:
    """List the shards in a folder and below, in order; a file is returned as it is.

    Hidden files are left out: an interrupted job leaves the shard that it was writing.
    """
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*.h5") if not file.name.startswith("."))


class Shard:
    """An open shard. Clips are numbered from 0; features are those of `foa360.shards.features`.

    Methods raise KeyError for what the shard does not store, OSError for data that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, and compare its datasets with the format."""
        self.path = path
        self._opened: Any = None
        self._datasets: dict[str, Any] = {}
        self._is_closed = False
        try:
            if "settings" not in self._file.attrs:
                raise ValueError("it is no shard: the attribute settings is missing")
            self.settings_json = text_attribute(self._file, "settings")
            self.settings = ShardSettings.of(json.loads(self.settings_json))
            check_datasets(self._file, self.settings)
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            self.close()
            raise ForeignContentError(path, str(error)) from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the open shard."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self._file["clip_id"])

    def __contains__(self, name: object) -> bool:
        """Tell whether a dataset is stored."""
        return name in self._file

    def close(self) -> None:
        """Close the file."""
        self._is_closed = True
        self._release()

    @property
    def _file(self) -> Any:
        """The open file, opened again where other shards took its place."""
        if self._opened is None:
            if self._is_closed:
                raise KeyError(f"the shard is closed: {self.path}")
            self._opened = open_hdf5(self.path)
        self._keep_open()
        return self._opened

    def _keep_open(self) -> None:
        """Count this shard as the one used last, and close those not used for longest."""
        _OPEN.pop(id(self), None)
        _OPEN[id(self)] = weakref.ref(self)
        most = max(MIN_OPEN, min(MAX_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4))
        while len(_OPEN) > most:
            oldest = _OPEN.pop(next(iter(_OPEN)))()
            if oldest is not None:
                oldest._release()

    def _release(self) -> None:
        _OPEN.pop(id(self), None)
        self._datasets.clear()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @cached_property
    def names(self) -> list[str]:
        """Names of the datasets that have a row per clip, sorted."""
        return sorted(name for name in self._file if _is_per_clip(self._file[name]))

    @property
    def skipped(self) -> list[str]:
        """Clips that were left out when the shard was written, each as `clip_id: reason`."""
        return text_attribute(self._file, "skipped").splitlines()

    @property
    def statistics(self) -> NDArray[np.float64] | None:
        """Count, sum and sum of squares of log-mel power, `(3, 2, bands)`; see the attributes."""
        return self._file[STATISTICS][:] if STATISTICS in self._file else None

    def texts(self, name: str) -> NDArray[np.str_]:
        """All texts of a dataset such as `clip_id`, `split` or `viewpoint_label`.

        Raises OSError, with the name of the file, where one is no UTF-8.
        """
        try:
            return np.char.decode(self._file[name][:], "utf-8")
        except UnicodeDecodeError:
            raise ForeignContentError(self.path, f"{name!r} has a text that is no UTF-8") from None

    def row(self, name: str, clip: int) -> NDArray[np.generic]:
        """One clip's values in a dataset, as stored; scalars have shape ()."""
        return np.asarray(self._dataset(name)[clip])

    def row_bytes(self, name: str, clip: int) -> bytes:
        """Bytes of one clip's values in a dataset."""
        return bytes(self._dataset(name)[clip].tobytes())

    def start(self, clip: int) -> float:
        """Start of a clip in its video, s."""
        return require_finite(float(self._dataset("start")[clip]))

    def duration(self, clip: int) -> float:
        """Duration of a clip, s."""
        return require_finite(float(self._dataset("duration")[clip]))

    def viewpoints(self, clip: int) -> Floats:
        """Azimuths and elevations `(K, 2)` of a clip's viewpoints, radians."""
        return np.radians(_finite(self._dataset("viewpoints")[clip]))

    def fov(self, clip: int) -> float:
        """Horizontal field of view of a clip's first viewpoint, radians."""
        return require_finite(float(np.radians(self._dataset("viewpoint_fov")[clip, 0])))

    def audio(self, feature: str, clip: int) -> Floats:
        """Audio of a clip from `foa`, `rotated`, `beam` or `stereo`, full scale ±1."""
        return unpack_audio(self._dataset(feature)[clip], self._dataset("scale")[clip])

    def covariance(self, clip: int, frames: slice = slice(None)) -> Floats:
        """Mel-band covariance `(10, frames, bands)` of a clip, of some frames or of all."""
        return np.asarray(unpack_covariance(self._dataset("covariance")[clip, :, frames]))

    def image_count(self) -> int:
        """Return the number of images of a clip's low-resolution video."""
        return int(self._dataset("video").shape[1])

    def encoded_image(self, clip: int, number: int) -> bytes:
        """JPEG data of one image of a clip's low-resolution video."""
        return self.encoded_images(clip, [number])[0]

    def encoded_images(self, clip: int, numbers: Sequence[int]) -> list[bytes]:
        """JPEG data of several images of a clip's low-resolution video, in one read."""
        index = self._dataset("video")[clip][list(numbers)]
        encoded = self._dataset(encoded_name("video"))
        begin, end = encoded_range(index, len(encoded))
        data = encoded[begin:end].tobytes()
        images = []
        for offset, size in index.tolist():
            images.append(data[offset - begin : offset - begin + size])
        return images

    def encoded(self, clip: int) -> list[bytes]:
        """Read the data of a clip's features of variable length, in the order of their names."""
        found = []
        for name in self.names:
            if encoded_name(name) in self._file:
                found.append(self.encoded_feature(name, clip)[1])
        return found

    def encoded_feature(self, name: str, clip: int) -> tuple[NDArray[np.int64], bytes]:
        """Read a clip's feature of variable length: its index, and its data.

        The index `(n, 2)` has the offset in these data and the size of each element.
        """
        index = self._file[name][clip]
        encoded = self._file[encoded_name(name)]
        begin, end = encoded_range(index, len(encoded))
        return index - [begin, 0], encoded[begin:end].tobytes()

    def _dataset(self, name: str) -> Any:
        """Return a dataset; finding it in the file takes longer than reading a row of it."""
        file = self._file
        if name not in self._datasets:
            self._datasets[name] = file[name]
        return self._datasets[name]


def _is_per_clip(dataset: Any) -> bool:
    axes = str(dataset.attrs.get("axes", ""))
    return axes.split()[:1] == [CLIP_AXIS]


def _finite(values: Floats) -> Floats:
    """Return numbers; raises ValueError unless all are finite."""
    if not np.isfinite(values).all():
        raise ValueError("a direction is not finite")
    return values
