"""Read feature shards."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from foa360.shards.format import CLIP_AXIS, STATISTICS, encoded_name
from foa360.shards.packing import unpack_audio, unpack_covariance

Floats = NDArray[np.float32]


def open_shard(path: Path) -> "Shard":
    """Open a shard for reading.

    Raises OSError for a file that is missing or no HDF5 file, KeyError for one that is no shard.
    """
    return Shard(path)


def shard_files(path: Path) -> list[Path]:
    """List the shards in a folder and below, in order; a file is returned as it is.

    Hidden files are left out: an interrupted job leaves the shard that it was writing.
    """
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*.h5") if not file.name.startswith("."))


@dataclass(frozen=True)
class ShardSettings:
    """Settings that a shard was written with, as far as its readers need them.

    sample_rate : of the stored audio, Hz.
    hop : hop size of the STFT, samples.
    n_mels : number of mel bands.
    video_fps : frame rate of the low-resolution video, 1/s.
    """

    sample_rate: int
    hop: int
    n_mels: int
    video_fps: float

    @property
    def frame_rate(self) -> float:
        """Frames of the spectra per second."""
        return self.sample_rate / self.hop


class Shard:
    """An open shard. Clips are numbered from 0; features are those of `foa360.shards.features`.

    Methods raise KeyError for what the shard does not store, OSError for data that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self.path = path
        self._file: Any = h5py.File(path, "r")
        self.settings_json: str = self._file.attrs["settings"]
        settings = json.loads(self.settings_json)
        self.settings = ShardSettings(
            sample_rate=settings["sample_rate"],
            hop=settings["hop"],
            n_mels=settings["n_mels"],
            video_fps=settings["video_fps"],
        )

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
        self._file.close()

    @cached_property
    def names(self) -> list[str]:
        """Names of the datasets that have a row per clip, sorted."""
        return sorted(name for name in self._file if _is_per_clip(self._file[name]))

    @property
    def skipped(self) -> list[str]:
        """Clips that were left out when the shard was written, each as `clip_id: reason`."""
        return str(self._file.attrs["skipped"]).splitlines()

    @property
    def statistics(self) -> NDArray[np.float64] | None:
        """Count, sum and sum of squares of log-mel power, `(3, 2, bands)`; see the attributes."""
        return self._file[STATISTICS][:] if STATISTICS in self._file else None

    def texts(self, name: str) -> NDArray[np.str_]:
        """All texts of a dataset such as `clip_id`, `split` or `viewpoint_label`."""
        return np.char.decode(self._file[name][:], "utf-8")

    def row(self, name: str, clip: int) -> NDArray[np.generic]:
        """One clip's values in a dataset, as stored; scalars have shape ()."""
        return np.asarray(self._file[name][clip])

    def row_bytes(self, name: str, clip: int) -> bytes:
        """Bytes of one clip's values in a dataset."""
        return bytes(self._file[name][clip].tobytes())

    def start(self, clip: int) -> float:
        """Start of a clip in its video, s."""
        return float(self._file["start"][clip])

    def duration(self, clip: int) -> float:
        """Duration of a clip, s."""
        return float(self._file["duration"][clip])

    def viewpoints(self, clip: int) -> Floats:
        """Azimuths and elevations `(K, 2)` of a clip's viewpoints, radians."""
        return np.radians(self._file["viewpoints"][clip])

    def fov(self, clip: int) -> float:
        """Horizontal field of view of a clip's first viewpoint, radians."""
        return float(np.radians(self._file["viewpoint_fov"][clip, 0]))

    def audio(self, feature: str, clip: int) -> Floats:
        """Audio of a clip from `foa`, `rotated`, `beam` or `stereo`, full scale ±1."""
        return unpack_audio(self._file[feature][clip], self._file["scale"][clip])

    def covariance(self, clip: int, frames: slice = slice(None)) -> Floats:
        """Mel-band covariance `(10, frames, bands)` of a clip, of some frames or of all."""
        return np.asarray(unpack_covariance(self._file["covariance"][clip, :, frames]))

    def image_count(self) -> int:
        """Return the number of images of a clip's low-resolution video."""
        return int(self._file["video"].shape[1])

    def encoded_image(self, clip: int, number: int) -> bytes:
        """JPEG data of one image of a clip's low-resolution video."""
        offset, size = self._file["video"][clip, number]
        return self._file[encoded_name("video")][offset : offset + size].tobytes()

    def encoded(self, clip: int) -> list[bytes]:
        """Read the data of a clip's features of variable length, in the order of their names."""
        found = []
        for name in self.names:
            if encoded_name(name) in self._file:
                offsets, sizes = self._file[name][clip].T
                begin, end = int(offsets[0]), int((offsets + sizes).max())
                found.append(self._file[encoded_name(name)][begin:end].tobytes())
        return found


def _is_per_clip(dataset: Any) -> bool:
    axes = str(dataset.attrs.get("axes", ""))
    return axes.split()[:1] == [CLIP_AXIS]
