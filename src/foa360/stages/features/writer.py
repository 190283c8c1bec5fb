"""Fill a feature shard clip by clip."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360 import __version__
from foa360.ambisonics.covariance import covariance_to_log_mel
from foa360.config.features import Features
from foa360.core.digest import value_digest
from foa360.core.records import KeptClip, Viewpoint
from foa360.shards.features import AxisLengths, axis_lengths, selected_features
from foa360.shards.format import (
    CHECKSUM,
    CLIP_AXIS,
    CONVENTIONS_NOTE,
    ENCODED_CHUNK,
    FORMAT,
    STATISTICS,
    STATISTICS_AXES,
    STATISTICS_MEANING,
    STATISTICS_UNIT,
    DatasetLayout,
    TextSizes,
    clip_checksum,
    clip_columns,
    encoded_name,
)
from foa360.shards.packing import unpack_covariance
from foa360.shards.read import Shard
from foa360.shards.signals import ClipSignals
from foa360.stages.features.read_clips import ClipMedia, SkippedClip

#: Compression of datasets. More effort saves 2 % more; LZF reads no faster (docs/features.md).
GZIP = {"compression": "gzip", "compression_opts": 1, "shuffle": True}

ViewpointsOfClip = Mapping[str, Sequence[Viewpoint]]


class ShardWriter:
    """A shard that is being written."""

    def __init__(
        self,
        file: Any,
        clips: Sequence[KeptClip],
        viewpoints: ViewpointsOfClip,
        settings: Features,
    ) -> None:
        """Create the datasets.

        Parameters
        ----------
        file : h5py.File
            Open and empty.
        clips
            Clips that may be added.
        viewpoints
            Viewpoints of each clip, by clip id; all clips have the same number.
        settings
            Section `features` of the configuration.
        """
        self._file = file
        self._viewpoints = viewpoints
        self._settings = settings
        self._features = selected_features(settings)
        self._lengths = shard_lengths(clips, viewpoints, settings)
        self._count = 0
        self._skipped: list[str] = []
        self._moments = np.zeros((3, 2, settings.n_mels))
        columns = clip_columns(self._lengths.viewpoints, _text_sizes(clips, viewpoints))
        for name, layout in columns.items():
            self._create(name, len(clips), layout)
        for feature in self._features:
            self._create(feature.name, len(clips), feature.layout(self._lengths))
            if feature.encoded_bytes is not None:
                self._create_encoded(feature.name)
        file.attrs["format"] = FORMAT
        file.attrs["version"] = __version__
        file.attrs["settings"] = settings.model_dump_json()
        file.attrs["settings_digest"] = value_digest(settings.model_dump(mode="json"))
        file.attrs["conventions"] = CONVENTIONS_NOTE

    def skip(self, clip: SkippedClip) -> None:
        """Leave a clip out; the attribute `skipped` names it."""
        self._skipped.append(f"{clip.clip_id}: {clip.reason}")

    def add(self, media: ClipMedia) -> None:
        """Compute and write the features of one clip."""
        clip = media.clip
        viewpoints = self._viewpoints[clip.clip_id]
        directions = np.array([(view.azimuth, view.elevation) for view in viewpoints])
        audio = self._padded(media.audio)
        signals = ClipSignals(audio, media.images, directions, self._settings)
        rows = _column_rows(clip, viewpoints, signals.scale)
        encoded: dict[str, list[bytes]] = {}
        for feature in self._features:
            values = feature.compute(signals)
            if isinstance(values, list):
                encoded[feature.name] = values
                rows[feature.name] = self._append(feature.name, values)
            else:
                rows[feature.name] = np.asarray(values).astype(feature.dtype)
        self._write_rows(clip, rows, encoded)

    def append(self, part: Shard, clips: Mapping[str, KeptClip]) -> None:
        """Add all clips of another shard that was begun with the same clips and settings."""
        for number, clip_id in enumerate(part.texts("clip_id")):
            rows = {name: part.row(name, number) for name in part.names if name != CHECKSUM}
            encoded: dict[str, list[bytes]] = {}
            for feature in self._features:
                if feature.encoded_bytes is not None:
                    index, data = part.encoded_feature(feature.name, number)
                    index[:, 0] += self._append_bytes(feature.name, data)
                    rows[feature.name] = index
                    encoded[feature.name] = [data]
            self._write_rows(clips[clip_id], rows, encoded)
        self._skipped += part.skipped

    def close(self) -> None:
        """Drop the rows of skipped clips, and write what is known only at the end."""
        for dataset in self._file.values():
            if dataset.attrs.get("axes", "").startswith(CLIP_AXIS):
                dataset.resize(self._count, 0)
        self._file.attrs["skipped"] = "\n".join(self._skipped)
        if any(feature.name == "covariance" for feature in self._features):
            self._file[STATISTICS] = self._moments
            attributes = self._file[STATISTICS].attrs
            attributes["axes"] = STATISTICS_AXES
            attributes["unit"] = STATISTICS_UNIT
            attributes["meaning"] = STATISTICS_MEANING

    def _create(self, name: str, count: int, layout: DatasetLayout) -> None:
        """Create a dataset with one row per clip."""
        row_shape = tuple(max(1, length) for length in layout.shape)
        dataset = self._file.create_dataset(
            name,
            (count, *layout.shape),
            layout.dtype,
            maxshape=(None, *row_shape),
            chunks=(1, *row_shape) if layout.shape else (max(count, 1),),
            **(GZIP if layout.compressed else {}),
        )
        dataset.attrs["axes"] = f"{CLIP_AXIS} {layout.axes}".strip()
        dataset.attrs["unit"] = layout.unit
        dataset.attrs["meaning"] = layout.meaning

    def _create_encoded(self, feature: str) -> None:
        """Create the dataset that receives the encoded bytes of a feature."""
        dataset = self._file.create_dataset(
            encoded_name(feature), (0,), "u1", maxshape=(None,), chunks=(ENCODED_CHUNK,)
        )
        dataset.attrs["meaning"] = f"encoded data, one part after the other; see {feature}"

    def _padded(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Audio of the length that all clips of the shard have."""
        samples = self._lengths.samples
        padded = np.zeros((4, samples), np.float32)
        padded[:, : audio.shape[1]] = audio[:, :samples]
        return padded

    def _write_rows(
        self, clip: KeptClip, rows: Mapping[str, Any], encoded: Mapping[str, Sequence[bytes]]
    ) -> None:
        """Write a clip's row in each dataset, and the checksum of what the file then holds."""
        if "covariance" in rows and clip.split == "train":
            self._add_moments(rows["covariance"], clip.duration)
        written = {}
        for name in sorted(rows):
            self._file[name][self._count] = rows[name]
            written[name] = self._file[name][self._count].tobytes()
        parts = [part for name in sorted(encoded) for part in encoded[name]]
        self._file[CHECKSUM][self._count] = clip_checksum(written, parts).encode()
        self._count += 1

    def _add_moments(self, packed: NDArray[np.float16], duration: float) -> None:
        """Add a clip's levels to the statistics, without its padding."""
        settings = self._settings
        frames = max(1, int(duration * settings.sample_rate / settings.hop))
        levels = covariance_to_log_mel(unpack_covariance(packed[:, :frames]))
        w_and_dipoles = np.stack([levels[0], levels[1:].mean(0)]).astype(float)
        powers = [np.ones_like(w_and_dipoles), w_and_dipoles, w_and_dipoles**2]
        self._moments += np.stack(powers).sum(-2)

    def _append(self, feature: str, parts: Sequence[bytes]) -> NDArray[np.int64]:
        """Append encoded parts of a clip, and return the offset and the size of each.

        The last one is repeated up to the number of the longest clip.
        """
        sizes = [len(part) for part in parts]
        begin = self._append_bytes(feature, b"".join(parts))
        index = np.stack([begin + np.cumsum([0, *sizes[:-1]]), sizes], 1)
        missing = self._file[feature].shape[1] - len(index)
        return np.concatenate([index, np.repeat(index[-1:], max(missing, 0), 0)])

    def _append_bytes(self, feature: str, data: bytes) -> int:
        """Append encoded data of a clip, and return where they begin."""
        dataset = self._file[encoded_name(feature)]
        begin = int(dataset.shape[0])
        dataset.resize(begin + len(data), 0)
        dataset[begin:] = np.frombuffer(data, np.uint8)
        return begin


def shard_lengths(
    clips: Sequence[KeptClip], viewpoints: ViewpointsOfClip, settings: Features
) -> AxisLengths:
    """Lengths of the axes of a shard."""
    seconds = max((clip.duration for clip in clips), default=0.0)
    views = max((len(rows) for rows in viewpoints.values()), default=0)
    return axis_lengths(settings, views, seconds)


def _text_sizes(clips: Sequence[KeptClip], viewpoints: ViewpointsOfClip) -> TextSizes:
    labels = [view.label or "" for rows in viewpoints.values() for view in rows]
    return TextSizes(
        clip_id=_longest([clip.clip_id for clip in clips]),
        video_id=_longest([clip.video_id for clip in clips]),
        label=_longest(labels),
    )


def _longest(texts: Sequence[str]) -> int:
    """Bytes of the longest text, 1 at least: HDF5 has no texts without a length."""
    return max([1, *(len(text.encode()) for text in texts)])


def _column_rows(clip: KeptClip, viewpoints: Sequence[Viewpoint], scale: float) -> dict[str, Any]:
    """One clip's rows in the datasets that every shard has, but for the checksum."""
    return {
        "clip_id": clip.clip_id.encode(),
        "video_id": clip.video_id.encode(),
        "split": (clip.split or "").encode(),
        "start": clip.start,
        "duration": clip.duration,
        "scale": scale,
        "viewpoints": np.degrees([(view.azimuth, view.elevation) for view in viewpoints]),
        "viewpoint_fov": np.degrees([view.fov for view in viewpoints]),
        "viewpoint_origin": [view.origin.encode() for view in viewpoints],
        "viewpoint_label": [(view.label or "").encode() for view in viewpoints],
    }
