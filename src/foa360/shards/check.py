"""Whether an open HDF5 file has the datasets of a feature shard, before any of them is read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.core.hdf5 import MAX_ROW_BYTES
from foa360.shards.features import STORED_FEATURES, AxisLengths
from foa360.shards.format import (
    STATISTICS,
    STATISTICS_AXES,
    DatasetLayout,
    TextSizes,
    clip_columns,
    encoded_name,
)

#: Ranges of the settings that readers calculate with; the upper limits are far beyond any use.
SETTINGS_LIMITS = {
    "sample_rate": (1.0, 384e3),
    "hop": (1.0, 1e6),
    "n_mels": (1.0, 4096.0),
    "video_fps": (1e-3, 1e3),
}
#: Most frames of the spectra per second.
MAX_FRAME_RATE = 24e3


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

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "ShardSettings":
        """Take the settings from the attribute of a shard.

        Raises ValueError where one is missing, or is no number in its range.
        """
        for name, (lowest, highest) in SETTINGS_LIMITS.items():
            if name not in settings:
                raise ValueError(f"settings: {name} is missing")
            value = settings[name]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and lowest <= value <= highest):
                raise ValueError(f"settings: {name} is {value!r}")
        taken = cls(
            sample_rate=int(settings["sample_rate"]),
            hop=int(settings["hop"]),
            n_mels=int(settings["n_mels"]),
            video_fps=float(settings["video_fps"]),
        )
        if taken.frame_rate > MAX_FRAME_RATE:
            raise ValueError(f"settings: {taken.frame_rate:g} frames per second")
        return taken


def check_datasets(file: Any, settings: ShardSettings) -> None:
    """Compare names, types and shapes of all datasets with the format.

    Raises ValueError for any difference.
    """
    columns = clip_columns(0, TextSizes())
    encoded = [
        encoded_name(name)
        for name, feature in STORED_FEATURES.items()
        if feature.encoded_bytes is not None and name in file
    ]
    for name in (*columns, *encoded):
        if name not in file:
            raise ValueError(f"the dataset {name} is missing")
    clips = _shape(file, "clip_id")[0]
    layouts = _layouts(file, settings)
    for name in file:
        if name not in layouts:
            raise ValueError(f"{name!r} is no dataset of a shard")
        layout = layouts[name]
        dataset = file[name]
        shape = (
            (clips, *layout.shape) if name in columns or name in STORED_FEATURES else layout.shape
        )
        if dataset.shape != shape:
            raise ValueError(f"{name!r} has the shape {dataset.shape}, not {shape}")
        if not _is_type(dataset.dtype, layout.dtype):
            raise ValueError(f"{name!r} has the type {dataset.dtype}, not {layout.dtype}")


def encoded_range(index: NDArray[np.int64], available: int) -> tuple[int, int]:
    """Return begin and end of the encoded parts of an index `(n, 2)` of offsets and sizes.

    Raises ValueError unless there are parts, and all lie within the data that are available.
    """
    offsets, sizes = index.T
    if len(index) == 0 or index.min() < 0 or index.max() > available:
        raise ValueError("a part lies outside of the encoded data")
    begin, end = int(offsets.min()), int((offsets + sizes).max())
    if end > available or end - begin > MAX_ROW_BYTES:
        raise ValueError("a part lies outside of the encoded data")
    return begin, end


def require_finite(value: float) -> float:
    """Return a number; raises ValueError unless it is finite."""
    if not math.isfinite(value):
        raise ValueError(f"{value} in place of a number")
    return value


def _layouts(file: Any, settings: ShardSettings) -> dict[str, DatasetLayout]:
    """Return the layout that each dataset of the format has in a file, by name."""
    viewpoints = _shape(file, "viewpoints")[1:]
    lengths = AxisLengths(
        viewpoints=viewpoints[0] if viewpoints else 0,
        samples=_length(file, "sample"),
        frames=_length(file, "frame"),
        bands=settings.n_mels,
        images=_length(file, "image"),
    )
    layouts = clip_columns(lengths.viewpoints, TextSizes())
    for name, feature in STORED_FEATURES.items():
        layouts[name] = feature.layout(lengths)
        if feature.encoded_bytes is not None and name in file:
            shape = _shape(file, encoded_name(name))[:1]
            layouts[encoded_name(name)] = DatasetLayout(shape=shape, dtype="u1", meaning="")
    moments = (3, 2, settings.n_mels)
    layouts[STATISTICS] = DatasetLayout(axes=STATISTICS_AXES, shape=moments, dtype="f8", meaning="")
    return layouts


def _length(file: Any, axis: str) -> int:
    """Length of an axis in the first stored feature that has it; the others must agree."""
    for name, feature in STORED_FEATURES.items():
        axes = feature.axes.split()
        if axis in axes and name in file:
            shape = _shape(file, name)
            position = axes.index(axis) + 1
            return shape[position] if position < len(shape) else 0
    return 0


def _is_type(dtype: np.dtype[Any], expected: str) -> bool:
    """Compare types; texts of a column may have any length that HDF5 files may have here."""
    return dtype.kind == "S" if expected.startswith("S") else dtype == np.dtype(expected)


def _shape(file: Any, name: str) -> tuple[int, ...]:
    return tuple(int(length) for length in file[name].shape)
