"""Layout of a feature shard, an HDF5 file.

The first axis of a dataset is the clip, and a chunk is one clip, so that any clip is one read.
Clips shorter than the longest one are padded with silence; `duration` has the true length. Every
dataset carries `axes`, `unit` and `meaning` as attributes. The stored features are defined in
`foa360.shards.features`; this module has everything else that a shard contains.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

#: Attribute `format` of a shard. The number changes when the layout does.
FORMAT = "foa360 feature shard 1"
#: Attribute `conventions` of a shard.
CONVENTIONS_NOTE = "WYZX (ACN), SN3D; x front, y left, z up; azimuth left positive"
#: First axis of every dataset that has a row per clip.
CLIP_AXIS = "clip"
#: Dataset of the SHA-256 of each clip's rows.
CHECKSUM = "checksum"
#: Dataset of sums over the training split, from which mean and standard deviation follow.
STATISTICS = "statistics"
STATISTICS_AXES = "moment channel band"
STATISTICS_UNIT = "1, dB, dB²"
STATISTICS_MEANING = (
    "count, sum and sum of squares of log-mel power in dB over the frames of the training split, "
    "of W and of the mean of the dipoles, by band"
)
#: Bytes of a chunk of encoded data.
ENCODED_CHUNK = 1 << 16
#: Full scale of audio stored in 16 bits.
INT16_FULL_SCALE = 32767


@dataclass(frozen=True, kw_only=True)
class DatasetLayout:
    """A dataset with a row per clip.

    axes : names of the axes after the first one, which is the clip, separated by spaces.
    shape : their lengths.
    dtype : type of the values as HDF5 stores them.
    unit : unit of the values.
    meaning : description for a reader of the file.
    compressed : whether chunks are compressed.
    """

    axes: str = ""
    shape: tuple[int, ...] = ()
    dtype: str
    unit: str = ""
    meaning: str
    compressed: bool = False

    @property
    def row_bytes(self) -> int:
        """Bytes of one clip before compression."""
        return int(np.prod(self.shape) * np.dtype(self.dtype).itemsize)


@dataclass(frozen=True, kw_only=True)
class TextSizes:
    """Bytes of the longest text of each kind, in UTF-8."""

    clip_id: int = 1
    video_id: int = 1
    label: int = 1


def clip_columns(viewpoints: int, sizes: TextSizes) -> dict[str, DatasetLayout]:
    """Datasets that every shard has, whatever features it stores, by name."""
    return {
        "clip_id": DatasetLayout(dtype=f"S{sizes.clip_id}", meaning="clip, UTF-8"),
        "video_id": DatasetLayout(dtype=f"S{sizes.video_id}", meaning="source video, UTF-8"),
        "split": DatasetLayout(dtype="S5", meaning="train or test"),
        "start": DatasetLayout(dtype="f8", unit="s", meaning="start of the clip in its video"),
        "duration": DatasetLayout(dtype="f8", unit="s", meaning="duration of the clip"),
        "viewpoints": DatasetLayout(
            axes="viewpoint angle",
            shape=(viewpoints, 2),
            dtype="f4",
            unit="degrees",
            meaning="azimuth (left positive) and elevation",
        ),
        "viewpoint_fov": DatasetLayout(
            axes="viewpoint",
            shape=(viewpoints,),
            dtype="f4",
            unit="degrees",
            meaning="horizontal field of view",
        ),
        "viewpoint_origin": DatasetLayout(
            axes="viewpoint",
            shape=(viewpoints,),
            dtype="S6",
            meaning="object, audio or random",
        ),
        "viewpoint_label": DatasetLayout(
            axes="viewpoint",
            shape=(viewpoints,),
            dtype=f"S{sizes.label}",
            meaning="class of the object, UTF-8, or empty",
        ),
        "scale": DatasetLayout(dtype="f4", meaning="amplitude of full scale of the 16-bit audio"),
        CHECKSUM: DatasetLayout(
            dtype="S64", meaning="SHA-256 of the clip's rows in the other datasets, in name order"
        ),
    }


def encoded_name(feature: str) -> str:
    """Name of the dataset that holds the encoded bytes of a feature of variable length."""
    return f"{feature}_data"


def clip_checksum(rows: Mapping[str, bytes], encoded: Iterable[bytes]) -> str:
    """SHA-256 of a clip.

    Parameters
    ----------
    rows
        Bytes of the clip's row in each dataset but `checksum`, by name.
    encoded
        Encoded bytes of its features of variable length, in the order of their names.
    """
    digest = hashlib.sha256()
    for name in sorted(rows):
        digest.update(name.encode() + rows[name])
    for data in encoded:
        digest.update(data)
    return digest.hexdigest()
