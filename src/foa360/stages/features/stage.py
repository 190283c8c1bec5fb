"""Write the feature shard of the kept clips of one shard."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly
from threadpoolctl import threadpool_limits

from foa360 import __version__
from foa360.ambisonics import (
    beamform,
    covariance_to_log_mel,
    look_at,
    pack_covariance,
    spatial_covariance,
    stereo,
    unpack_covariance,
)
from foa360.config.features import Features
from foa360.core import old_tables as tables
from foa360.core.digest import value_digest
from foa360.core.files import atomic, sha256
from foa360.core.jobs import Progress
from foa360.media.audio import clip_audio, read_foa
from foa360.media.projection import Layout
from foa360.media.video import clip_frames
from foa360.shards.format import (
    BESIDE,
    STATISTICS,
    Dataset,
    datasets,
    identity,
    pictures,
)
from foa360.shards.read import verify_clips
from foa360.stages.features.clip_features import Spectra

Row = dict[str, Any]
#: A clip of 10 s takes about half a megabyte, see docs/features.md.
JPEG_QUALITY = 70


def write_shard(
    plan: Path,
    shard: str,
    fetch: Path,
    curation: Path,
    viewpoints: Path,
    output: Path,
    settings: Features,
    progress: Progress,
) -> None:
    """Write an HDF5 file, and beside it `{output}.sha256`.

    Every file is read once, and one clip is held at a time. The file is closed, opened again and
    its checksums compared before it gets its name. A clip that cannot be read after all is left
    out and named in the attribute `skipped`.
    """
    order = {c: i for i, c in enumerate(tables.read(plan, shard=shard)["clip_id"])}
    kept = tables.records(tables.read(curation, verdict="kept"))
    clips = sorted(kept, key=lambda c: order[c["clip_id"]])
    looks = tables.grouped(tables.records(tables.read(viewpoints)), "clip_id")
    paths = {row["video_id"]: row for row in tables.records(tables.read(fetch))}
    # With more threads a matrix product is rounded otherwise: other bytes on other machines.
    with atomic(output) as temporary, threadpool_limits(1, "blas"):
        with h5py.File(temporary, "w", libver="v110") as file:
            writer = _Writer(file, clips, looks, settings)
            for clip in progress(_read(clips, paths, writer), len(clips), "clips"):
                writer.add(*clip)
            writer.close()
        problems = verify_clips(temporary)
        if problems:
            raise OSError(0, f"written data do not read back: {problems[0]}", str(output))
        digest = sha256(temporary)
    with atomic(output.with_name(f"{output.name}.sha256")) as temporary:
        temporary.write_text(f"{digest}  {output.name}\n")


def _read(
    clips: list[Row], paths: dict[str, Row], writer: "_Writer"
) -> Iterator[tuple[Row, NDArray[np.float32], list[bytes]]]:
    """Clip, sound `(4, n)` and pictures, video by video in the order of the plan."""
    settings = writer.settings
    size = (settings.video_width, settings.video_width // 2)
    for video_id, unsorted in tables.grouped(clips, "video_id").items():
        own = sorted(unsorted, key=lambda c: c["start"])
        spans = [(c["start"], c["duration"]) for c in own]
        heard = clip_audio(paths[video_id]["audio_path"], spans)
        layout = Layout.of(own[0])
        path = paths[video_id]["video_path"]
        seen = clip_frames(path, spans, settings.video_fps, size, layout)
        for clip, audio, frames in zip(own, heard, seen, strict=True):
            reason = audio.reason or (None if frames[0] is not None else "video_damaged")
            # Curation lets none through; what it says may be older than the file.
            if reason is None and not np.isfinite(audio.samples).all():
                reason = "not_finite"
            if reason is not None:
                writer.skipped.append(f"{clip['clip_id']}: {reason}")
                continue
            foa = read_foa(audio, clip["planes"], clip["gains"])
            common = np.gcd(audio.sample_rate, settings.sample_rate)
            up, down = settings.sample_rate // common, audio.sample_rate // common
            yield clip, resample_poly(foa, up, down, axis=1).astype(np.float32), _jpegs(frames)


def _jpegs(frames: list[NDArray[np.uint8] | None]) -> list[bytes]:
    """Encoded pictures; a missing one repeats the one before."""
    encoded: list[bytes] = []
    for frame in frames:
        if frame is None:
            encoded.append(encoded[-1])
        else:
            quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            encoded.append(cv2.imencode(".jpg", frame[..., ::-1], quality)[1].tobytes())
    return encoded


class _Writer:
    """The open file, filled clip by clip."""

    def __init__(
        self, file: Any, clips: list[Row], looks: dict[str, list[Row]], settings: Features
    ) -> None:
        self.file, self.looks, self.settings = file, looks, settings
        self.count, self.skipped = 0, list[str]()
        self.levels = np.zeros((3, 2, settings.n_mels))
        self.seconds = max((c["duration"] for c in clips), default=0.0)
        self.k = max((len(v) for v in looks.values()), default=0)
        longest = {
            name: max((len(c[name].encode()) for c in clips), default=1)
            for name in ("clip_id", "video_id")
        }
        labels = [r["label"] or "" for rows in looks.values() for r in rows]
        longest["label"] = max((len(label.encode()) for label in labels), default=1)
        features = datasets(settings, self.k, self.seconds)
        for name, dataset in (identity(self.k, longest) | features).items():
            self._create(name, len(clips), dataset)
        if "video" in features:
            self.file.create_dataset(
                "video_data", (0,), "u1", maxshape=(None,), chunks=(1 << 16,), fletcher32=False
            ).attrs["meaning"] = "JPEG pictures one after the other; see video"
        file.attrs.update(
            {
                "format": "foa360 feature shard 1",
                "version": __version__,
                "settings": settings.model_dump_json(),
                "settings_digest": value_digest(settings.model_dump(mode="json")),
                "conventions": "WYZX (ACN), SN3D; x front, y left, z up; azimuth left positive",
            }
        )

    def _create(self, name: str, count: int, dataset: Dataset) -> None:
        chunks = (1, *(max(1, n) for n in dataset.shape)) if dataset.shape else (max(count, 1),)
        made = self.file.create_dataset(
            name, (count, *dataset.shape), dataset.dtype,
            maxshape=(None, *(max(1, n) for n in dataset.shape)), chunks=chunks, **dataset.filters,
        )  # fmt: skip
        made.attrs["axes"] = f"clip {dataset.axes}".strip()
        made.attrs["unit"], made.attrs["meaning"] = dataset.unit, dataset.meaning

    def add(self, clip: Row, foa: NDArray[np.float32], images: list[bytes]) -> None:
        """Compute and write one clip."""
        settings, views = self.settings, self.looks[clip["clip_id"]]
        n = round(self.seconds * settings.sample_rate)
        sound = np.zeros((4, n), np.float32)
        sound[:, : min(n, foa.shape[1])] = foa[:, :n]
        angles = np.radians([[v["azimuth"], v["elevation"]] for v in views])
        matrices = look_at(angles[:, 0], angles[:, 1])
        covariance = spatial_covariance(
            sound, settings.sample_rate, settings.n_fft, settings.hop, settings.n_mels
        )
        # Beams and rotated dipoles stay within the sum of the channels.
        scale = max(float(np.abs(sound[0]).max() + np.linalg.norm(sound[1:], axis=0).max()), 1e-9)
        row: dict[str, Any] = {
            "clip_id": clip["clip_id"].encode(), "video_id": clip["video_id"].encode(),
            "split": clip["split"].encode(), "start": clip["start"],
            "duration": clip["duration"], "scale": scale,
            "viewpoints": np.degrees(angles),
            "viewpoint_fov": [v["fov"] for v in views],
            "viewpoint_origin": [v["origin"].encode() for v in views],
            "viewpoint_label": [(v["label"] or "").encode() for v in views],
        }  # fmt: skip
        spectra = Spectra(sound, covariance, matrices, angles, settings)
        made: dict[str, Callable[[], Any]] = {
            "covariance": lambda: pack_covariance(covariance),
            "foa": lambda: _to_int16(sound, scale),
            "rotated": lambda: _to_int16(spectra.rotated, scale),
            "beam": lambda: _to_int16(
                beamform(sound, angles[:, 0], angles[:, 1], settings.beam), scale
            ),
            "stereo": lambda: _to_int16(stereo(spectra.rotated), scale),
            "log_mel": spectra.log_mel,
            "intensity": spectra.intensity,
            "beam_log_mel": spectra.beam_log_mel,
            "stereo_log_mel": spectra.stereo_log_mel,
            "interchannel": spectra.interchannel,
        }
        row |= {name: make() for name, make in made.items() if name in settings.store}
        if "video" in settings.store:
            row["video"] = self._append(images)
        digest = hashlib.sha256()
        if "covariance" in row and clip["split"] == "train":
            self._count(row["covariance"], clip["duration"])
        for name in sorted(row):
            self.file[name][self.count] = row[name]
            digest.update(name.encode() + self.file[name][self.count].tobytes())
        digest.update(b"".join(images) if "video" in settings.store else b"")
        self.file["checksum"][self.count] = digest.hexdigest().encode()
        self.count += 1

    def _count(self, packed: NDArray[np.float16], duration: float) -> None:
        """Add a clip's levels to the statistics; what fills it up does not count."""
        real = max(1, int(duration * self.settings.sample_rate / self.settings.hop))
        levels = covariance_to_log_mel(unpack_covariance(packed[:, :real]))
        parts = np.stack([levels[0], levels[1:].mean(0)]).astype(float)
        self.levels += np.stack([np.ones_like(parts), parts, parts**2]).sum(-2)

    def _append(self, images: list[bytes]) -> NDArray[np.int64]:
        """Append pictures; offset and size of each, the last repeated up to the common number."""
        data = self.file["video_data"]
        begin, sizes = data.shape[0], [len(i) for i in images]
        data.resize(begin + sum(sizes), 0)
        data[begin:] = np.frombuffer(b"".join(images), np.uint8)
        index = np.stack([begin + np.cumsum([0, *sizes[:-1]]), sizes], 1)
        missing = pictures(self.settings, self.seconds) - len(index)
        return np.concatenate([index, np.repeat(index[-1:], max(missing, 0), 0)])

    def close(self) -> None:
        """Drop the rows of clips that were left out."""
        for name, dataset in self.file.items():
            if name not in BESIDE:
                dataset.resize(self.count, 0)
        self.file.attrs["skipped"] = "\n".join(self.skipped)
        if "covariance" in self.settings.store:
            self.file[STATISTICS] = self.levels
            self.file[STATISTICS].attrs["axes"] = "moment channel band"
            self.file[STATISTICS].attrs["unit"] = "1, dB, dB²"
            self.file[STATISTICS].attrs["meaning"] = (
                "number, sum and sum of squares of log-mel power in dB over the frames of the "
                "training split, of W and of the mean of the dipoles, by band"
            )


def _to_int16(x: NDArray[np.floating[Any]], scale: float) -> NDArray[np.int16]:
    return np.round(x * np.float32(32767 / scale)).clip(-32767, 32767).astype(np.int16)
