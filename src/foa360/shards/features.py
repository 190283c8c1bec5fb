"""Every feature that a shard can store, each defined by one record.

To add a feature, add a record to `STORED_FEATURES`. The configuration then accepts its name in
`features.store`, the generated documentation lists it, shards contain it, and readers find it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.covariance import (
    covariance_to_beam,
    covariance_to_intensity,
    covariance_to_log_mel,
)
from foa360.ambisonics.field import beam_weights, beamform
from foa360.ambisonics.intensity import intensity_vector, rotate_vectors
from foa360.ambisonics.spectra import decibels, interchannel
from foa360.shards.format import DatasetLayout
from foa360.shards.packing import pack_audio, pack_covariance
from foa360.shards.signals import ClipSignals, FeatureSettings, Floats

#: Typical size of a JPEG of the low-resolution video at `JPEG_WIDTH`, bytes (docs/features.md).
JPEG_BYTES = 13500
JPEG_WIDTH = 384
INT16_UNIT = "32767 = scale"


@dataclass(frozen=True)
class AxisLengths:
    """Lengths of the axes that depend on settings, viewpoints and the longest clip."""

    viewpoints: int
    samples: int
    frames: int
    bands: int
    images: int


def axis_lengths(settings: FeatureSettings, viewpoints: int, seconds: float) -> AxisLengths:
    """Lengths of the axes of a shard whose longest clip lasts so many seconds."""
    samples = round(seconds * settings.sample_rate)
    return AxisLengths(
        viewpoints=viewpoints,
        samples=samples,
        frames=1 + samples // settings.hop,
        bands=settings.n_mels,
        images=max(1, round(seconds * settings.video_fps)),
    )


@dataclass(frozen=True, kw_only=True)
class StoredFeature:
    """One feature of a clip.

    name : name of the dataset, and of the entry in `features.store`.
    axes : names of the axes after the first one, which is the clip, separated by spaces.
    shape : lengths of these axes.
    dtype : type of the stored values.
    unit : unit of the stored values.
    meaning : description, for readers of the file and of the documentation.
    compute : values of a clip, cast to `dtype` when written. A feature of variable length returns
        the bytes of each of its parts; they go to a dataset of their own (`encoded_name`), and
        the feature's dataset has the offset and the size of each.
    encoded_bytes : typical total of these bytes, for features of variable length only.
    compressed : whether the dataset is compressed. gzip 1 with shuffle takes 170 ms per clip for
        0.7 of the size; what training reads stays uncompressed.
    """

    name: str
    axes: str
    shape: Callable[[AxisLengths], tuple[int, ...]]
    dtype: str
    unit: str = ""
    meaning: str
    compute: Callable[[ClipSignals], Floats | NDArray[np.int16] | list[bytes]]
    encoded_bytes: Callable[[FeatureSettings, AxisLengths], float] | None = None
    compressed: bool = True

    def layout(self, lengths: AxisLengths) -> DatasetLayout:
        """Layout of the feature's dataset."""
        return DatasetLayout(
            axes=self.axes,
            shape=self.shape(lengths),
            dtype=self.dtype,
            unit=self.unit,
            meaning=self.meaning,
            compressed=self.compressed,
        )


def _jpeg_bytes(settings: FeatureSettings, lengths: AxisLengths) -> float:
    """Typical bytes of a clip's images; they grow with the area."""
    return lengths.images * (JPEG_BYTES * (settings.video_width / JPEG_WIDTH) ** 2)


def _beam(clip: ClipSignals) -> NDArray[np.int16]:
    azimuth, elevation = clip.viewpoints.T
    return pack_audio(beamform(clip.audio, azimuth, elevation, clip.settings.beam), clip.scale)


def _intensity(clip: ClipSignals) -> Floats:
    if clip.settings.intensity == "band":
        return covariance_to_intensity(clip.rotated_covariance)
    per_bin = intensity_vector(clip.audio, *clip.spectral, per="bin")
    return rotate_vectors(per_bin[None], clip.rotations)


def _beam_log_mel(clip: ClipSignals) -> Floats:
    weights = beam_weights(clip.viewpoints[:, 0], clip.viewpoints[:, 1], clip.settings.beam)
    return decibels(covariance_to_beam(clip.covariance[None], weights))


def _stereo_log_mel(clip: ClipSignals) -> Floats:
    left = covariance_to_beam(clip.rotated_covariance, [0.5, 0.5, 0, 0])
    right = covariance_to_beam(clip.rotated_covariance, [0.5, -0.5, 0, 0])
    return decibels(np.stack([left, right], 1))


def _interchannel(clip: ClipSignals) -> Floats:
    # The phase needs imaginary parts, which the covariance does not hold.
    return interchannel(clip.stereo, *clip.spectral)


_FEATURES = (
    StoredFeature(
        name="video",
        axes="image part",
        shape=lambda lengths: (lengths.images, 2),
        dtype="i8",
        unit="bytes",
        meaning=(
            "offset and size of each image in video_data: JPEG, whole ERP frame, taken in the "
            "middle of its interval of 1/video_fps"
        ),
        compute=lambda clip: clip.images,
        encoded_bytes=_jpeg_bytes,
        compressed=False,
    ),
    StoredFeature(
        name="covariance",
        axes="pair frame band",
        shape=lambda lengths: (10, lengths.frames, lengths.bands),
        dtype="f2",
        meaning=(
            "mel-band covariance WW WY WZ WX YY YZ YX ZZ ZX XX; channel 0 is the trace in dB, the "
            "others are the Cholesky factor of the matrix over its trace, see "
            "foa360.shards.packing.unpack_covariance"
        ),
        compute=lambda clip: pack_covariance(clip.covariance),
        compressed=False,
    ),
    StoredFeature(
        name="foa",
        axes="channel sample",
        shape=lambda lengths: (4, lengths.samples),
        dtype="i2",
        unit=INT16_UNIT,
        meaning="audio as W, Y, Z, X, SN3D",
        compute=lambda clip: pack_audio(clip.audio, clip.scale),
    ),
    StoredFeature(
        name="rotated",
        axes="viewpoint channel sample",
        shape=lambda lengths: (lengths.viewpoints, 4, lengths.samples),
        dtype="i2",
        unit=INT16_UNIT,
        meaning="audio as W, Y, Z, X, SN3D, rotated so that the viewpoint is in front",
        compute=lambda clip: pack_audio(clip.rotated_audio, clip.scale),
    ),
    StoredFeature(
        name="beam",
        axes="viewpoint sample",
        shape=lambda lengths: (lengths.viewpoints, lengths.samples),
        dtype="i2",
        unit=INT16_UNIT,
        meaning="mono beam towards the viewpoint, gain 1 on axis (basic: 2)",
        compute=_beam,
    ),
    StoredFeature(
        name="stereo",
        axes="viewpoint channel sample",
        shape=lambda lengths: (lengths.viewpoints, 2, lengths.samples),
        dtype="i2",
        unit=INT16_UNIT,
        meaning="cardioids to the left and the right of the viewpoint",
        compute=lambda clip: pack_audio(clip.stereo, clip.scale),
    ),
    StoredFeature(
        name="log_mel",
        axes="viewpoint channel frame band",
        shape=lambda lengths: (lengths.viewpoints, 4, lengths.frames, lengths.bands),
        dtype="f2",
        unit="dB",
        meaning="log-mel power of the rotated W, Y, Z, X",
        compute=lambda clip: covariance_to_log_mel(clip.rotated_covariance),
    ),
    StoredFeature(
        name="intensity",
        axes="viewpoint direction frame band",
        shape=lambda lengths: (lengths.viewpoints, 3, lengths.frames, lengths.bands),
        dtype="f2",
        meaning="normalised active intensity X, Y, Z of the rotated field",
        compute=_intensity,
    ),
    StoredFeature(
        name="beam_log_mel",
        axes="viewpoint frame band",
        shape=lambda lengths: (lengths.viewpoints, lengths.frames, lengths.bands),
        dtype="f2",
        unit="dB",
        meaning="log-mel power of beam",
        compute=_beam_log_mel,
    ),
    StoredFeature(
        name="stereo_log_mel",
        axes="viewpoint channel frame band",
        shape=lambda lengths: (lengths.viewpoints, 2, lengths.frames, lengths.bands),
        dtype="f2",
        unit="dB",
        meaning="log-mel power of stereo",
        compute=_stereo_log_mel,
    ),
    StoredFeature(
        name="interchannel",
        axes="viewpoint feature frame band",
        shape=lambda lengths: (lengths.viewpoints, 3, lengths.frames, lengths.bands),
        dtype="f2",
        unit="dB, 1, 1",
        meaning=(
            "of stereo: level difference left over right, cosine and sine of the phase difference"
        ),
        compute=_interchannel,
    ),
)

#: Features that `foa360.data` reads, and training with it.
TRAINING_FEATURES = ("video", "covariance")
#: Features that samples of video and waveforms are made of.
WAVEFORM_FEATURES = ("video", "foa")
#: All stored features by name, in the order of their datasets.
STORED_FEATURES: dict[str, StoredFeature] = {feature.name: feature for feature in _FEATURES}


def selected_features(settings: FeatureSettings) -> list[StoredFeature]:
    """Features that the settings select, in the order of the registry."""
    return [feature for feature in STORED_FEATURES.values() if feature.name in settings.store]


def bytes_per_clip(settings: FeatureSettings, viewpoints: int, seconds: float) -> dict[str, int]:
    """Approximate bytes of each selected feature of a clip before compression, by name."""
    lengths = axis_lengths(settings, viewpoints, seconds)
    sizes = {}
    for feature in selected_features(settings):
        size = feature.layout(lengths).row_bytes
        if feature.encoded_bytes is not None:
            size += round(feature.encoded_bytes(settings, lengths))
        sizes[feature.name] = size
    return sizes
