"""What a feature shard holds: the one place that names its datasets.

The first axis of every dataset is the clip, and a chunk is one clip, so that any clip is one read.
`K` viewpoints, `T` pictures, `N` samples, `F` frames of the spectra, `B` mel bands. Clips shorter
than the longest are filled up with silence; `duration` tells what is real.
"""

from typing import Any, NamedTuple

import numpy as np

from foa360.config import Features


class Dataset(NamedTuple):
    """Shape after the first axis, type, unit and meaning of one dataset."""

    shape: tuple[int, ...]
    dtype: Any
    unit: str
    meaning: str


def datasets(settings: Features, viewpoints: int, seconds: float) -> dict[str, Dataset]:
    """Features of a shard by name, for those that `settings.store` asks for."""
    k, n = viewpoints, round(seconds * settings.sample_rate)
    f, b = 1 + n // settings.hop, settings.n_mels
    t = pictures(settings, seconds)
    every = {
        "video": Dataset((t, 2), "i8", "bytes", "offset and size of each picture (JPEG, ERP) in video_data"),
        "covariance": Dataset((10, f, b), "f2", "", "mel-band covariance WW WY WZ WX YY YZ YX ZZ ZX XX, packed by foa360.features.pack_covariance"),
        "foa": Dataset((4, n), "i2", "full scale = scale", "sound as W, Y, Z, X, SN3D"),
        "rotated": Dataset((k, 4, n), "i2", "full scale = scale", "W, Y, Z, X, SN3D, turned so that the viewpoint is in front"),
        "beam": Dataset((k, n), "i2", "full scale = scale", "mono beam towards the viewpoint"),
        "log_mel": Dataset((k, 4, f, b), "f2", "dB", "log-mel power of the rotated W, Y, Z, X"),
        "intensity": Dataset((k, 3, f, b), "f2", "", "normalised active intensity X, Y, Z of the rotated field"),
    }  # fmt: skip
    return {name: every[name] for name in every if name in settings.store}


def pictures(settings: Features, seconds: float) -> int:
    """Number of pictures of a clip."""
    return max(1, round(seconds * settings.video_fps))


def identity(viewpoints: int, longest: dict[str, int]) -> dict[str, Dataset]:
    """What every shard holds; `longest` has the bytes of the longest text of each kind."""
    k = viewpoints

    def text(name: str) -> Any:
        return np.dtype(f"S{max(1, longest.get(name, 1))}")

    return {
        "clip_id": Dataset((), text("clip_id"), "", "clip, UTF-8"),
        "video_id": Dataset((), text("video_id"), "", "source video, UTF-8"),
        "split": Dataset((), "S5", "", "train or test"),
        "start": Dataset((), "f8", "s", "start of the clip in its video"),
        "duration": Dataset((), "f8", "s", "length of the clip"),
        "viewpoints": Dataset((k, 2), "f4", "degrees", "azimuth (left positive) and elevation"),
        "viewpoint_fov": Dataset((k,), "f4", "degrees", "horizontal field of view"),
        "viewpoint_origin": Dataset((k,), "S6", "", "object, sound or random"),
        "viewpoint_label": Dataset((k,), text("label"), "", "class of the object, UTF-8, or empty"),
        "scale": Dataset((), "f4", "", "what full scale of the 16-bit sound stands for"),
        "checksum": Dataset(
            (), "S64", "", "SHA-256 over the clip's other data, by name of dataset"
        ),
    }
