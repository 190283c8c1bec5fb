"""What a feature shard holds: the one place that names its datasets.

The first axis of every dataset is the clip, and a chunk is one clip, so that any clip is one read.
`K` viewpoints, `T` pictures, `N` samples, `F` frames of the spectra, `B` mel bands. Clips shorter
than the longest are filled up with silence; `duration` tells what is real.
"""

from typing import Any, NamedTuple

import numpy as np

from foa360.config.features import Features

#: Sound and what is made of it shrink to 0.7 at 170 ms a clip; more effort wins 2 % more. Reading a
#: clip's rotated sound takes 21 ms instead of 8. Training reads the covariance, which stays plain.
COMPRESSION = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


#: Datasets whose first axis is not the clip.
STATISTICS = "statistics"
BESIDE = {"video_data", STATISTICS}


class Dataset(NamedTuple):
    """Axes after the first (the clip), their lengths, type, unit and meaning of one dataset."""

    axes: str
    shape: tuple[int, ...]
    dtype: Any
    unit: str
    meaning: str
    filters: dict[str, Any] = {}  # noqa: RUF012 - never changed


def datasets(settings: Features, viewpoints: int, seconds: float) -> dict[str, Dataset]:
    """Features of a shard by name, for those that `settings.store` asks for."""
    k, n = viewpoints, round(seconds * settings.sample_rate)
    f, b = 1 + n // settings.hop, settings.n_mels
    t = pictures(settings, seconds)
    every = {
        "video": Dataset(
            "picture part",
            (t, 2),
            "i8",
            "bytes",
            "offset and size of each picture in video_data: JPEG, whole ERP frame, shown in the "
            "middle of its interval of 1/video_fps",
        ),
        "covariance": Dataset(
            "pair frame band",
            (10, f, b),
            "f2",
            "",
            "mel-band covariance WW WY WZ WX YY YZ YX ZZ ZX XX; channel 0 is the trace in dB, the "
            "others are the Cholesky factor of the matrix over its trace, see "
            "foa360.ambisonics.unpack_covariance",
        ),
        "foa": Dataset(
            "channel sample",
            (4, n),
            "i2",
            "32767 = scale",
            "sound as W, Y, Z, X, SN3D",
            COMPRESSION,
        ),
        "rotated": Dataset(
            "viewpoint channel sample",
            (k, 4, n),
            "i2",
            "32767 = scale",
            "W, Y, Z, X, SN3D, turned so that the viewpoint is in front",
            COMPRESSION,
        ),
        "beam": Dataset(
            "viewpoint sample",
            (k, n),
            "i2",
            "32767 = scale",
            "mono beam towards the viewpoint, unit gain on axis (basic: 2)",
            COMPRESSION,
        ),
        "stereo": Dataset(
            "viewpoint channel sample",
            (k, 2, n),
            "i2",
            "32767 = scale",
            "cardioids to the left and the right of the viewpoint",
            COMPRESSION,
        ),
        "log_mel": Dataset(
            "viewpoint channel frame band",
            (k, 4, f, b),
            "f2",
            "dB",
            "log-mel power of the rotated W, Y, Z, X",
            COMPRESSION,
        ),
        "intensity": Dataset(
            "viewpoint direction frame band",
            (k, 3, f, b),
            "f2",
            "",
            "normalised active intensity X, Y, Z of the rotated field",
            COMPRESSION,
        ),
        "beam_log_mel": Dataset(
            "viewpoint frame band", (k, f, b), "f2", "dB", "log-mel power of beam", COMPRESSION
        ),
        "stereo_log_mel": Dataset(
            "viewpoint channel frame band",
            (k, 2, f, b),
            "f2",
            "dB",
            "log-mel power of stereo",
            COMPRESSION,
        ),
        "interchannel": Dataset(
            "viewpoint feature frame band",
            (k, 3, f, b),
            "f2",
            "dB, 1, 1",
            "of stereo: level difference left over right, cosine and sine of the phase difference",
            COMPRESSION,
        ),
    }
    return {name: every[name] for name in every if name in settings.store}


#: Bytes of a picture of the proxy 384 pixels wide, about; they grow with the area.
PICTURE_BYTES = 13500


def bytes_per_clip(settings: Features, viewpoints: int, seconds: float) -> dict[str, int]:
    """About how many bytes each feature of a clip takes, before compression."""
    sizes = {
        name: int(np.prod(dataset.shape) * np.dtype(dataset.dtype).itemsize)
        for name, dataset in datasets(settings, viewpoints, seconds).items()
    }
    if "video" in sizes:
        one = PICTURE_BYTES * (settings.video_width / 384) ** 2
        sizes["video"] += round(pictures(settings, seconds) * one)
    return sizes


def pictures(settings: Features, seconds: float) -> int:
    """Number of pictures of a clip."""
    return max(1, round(seconds * settings.video_fps))


def identity(viewpoints: int, longest: dict[str, int]) -> dict[str, Dataset]:
    """What every shard holds; `longest` has the bytes of the longest text of each kind."""
    k = viewpoints

    def text(name: str) -> Any:
        return np.dtype(f"S{max(1, longest.get(name, 1))}")

    return {
        "clip_id": Dataset("", (), text("clip_id"), "", "clip, UTF-8"),
        "video_id": Dataset("", (), text("video_id"), "", "source video, UTF-8"),
        "split": Dataset("", (), "S5", "", "train or test"),
        "start": Dataset("", (), "f8", "s", "start of the clip in its video"),
        "duration": Dataset("", (), "f8", "s", "length of the clip"),
        "viewpoints": Dataset(
            "viewpoint angle", (k, 2), "f4", "degrees", "azimuth (left positive) and elevation"
        ),
        "viewpoint_fov": Dataset("viewpoint", (k,), "f4", "degrees", "horizontal field of view"),
        "viewpoint_origin": Dataset("viewpoint", (k,), "S6", "", "object, sound or random"),
        "viewpoint_label": Dataset(
            "viewpoint", (k,), text("label"), "", "class of the object, UTF-8, or empty"
        ),
        "scale": Dataset("", (), "f4", "", "what full scale of the 16-bit sound stands for"),
        "checksum": Dataset(
            "", (), "S64", "", "SHA-256 over the clip's other data, by name of dataset"
        ),
    }
