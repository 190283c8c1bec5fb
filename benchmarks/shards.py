"""What reading training samples costs, and how shards compare with other ways to store them.

    python benchmarks/shards.py loader RESULTS     clips per second: from shards, from the media
    python benchmarks/shards.py storage RESULTS    size and time to write and to read at random

RESULTS is the folder of a run. The media are read as the reference implementation does it: PyAV
seeks to a second of each clip and decodes it, the field is rotated to each viewpoint, librosa makes
log-mels. Zarr is compared where it is installed.
"""

import argparse
import io
import math
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import TypeVar

import av
import cv2
import h5py
import librosa
import numpy as np
import torch

from foa360.ambisonics import look_at, rotate
from foa360.core import tables
from foa360.core.records import CuratedClip, FetchedVideo, Viewpoint
from foa360.data import ShardDataset, ShardLoader
from foa360.shards import shard_files
from foa360.shards.export import export
from foa360.shards.format import STATISTICS, encoded_name
from foa360.sphere import perspective_crop

R = TypeVar("R")
#: Arrays of each clip by their names.
Clips = list[dict[str, np.ndarray]]
#: Size in bytes, and the times of writing and of reading, s.
Timed = tuple[int, list[float], list[float]]

FRAMES, CROP, SECONDS, RATE = 8, 112, 1.0, 24000
#: Samples of an epoch, and times that each way is timed.
MIN_CLIPS, ROUNDS = 1600, 3
MEDIA = "media at load time: PyAV seek, librosa"


def from_media(results: Path) -> Iterator[Callable[[], object]]:
    """Yield a call for each kept clip that makes a sample out of its media."""
    videos = {video.video_id: video for video in read_shards(results / "fetch", FetchedVideo)}
    viewpoints = tables.grouped(
        read_shards(results / "viewpoints", Viewpoint), attrgetter("clip_id")
    )
    for clip in read_shards(results / "curation", CuratedClip, verdict="kept"):
        yield partial(decode, clip, videos[clip.video_id], viewpoints[clip.clip_id])


def read_shards(folder: Path, record: type[R], **equals: object) -> list[R]:
    """Read the tables of all shards."""
    rows = []
    for path in sorted(folder.glob("*.parquet")):
        rows += tables.read(path, record, **equals)
    return rows


def decode(
    clip: CuratedClip, video: FetchedVideo, viewpoints: list[Viewpoint]
) -> tuple[np.ndarray, np.ndarray]:
    """Decode one second of a clip from its media: crops and log-mels."""
    begin = clip.start + clip.duration / 2
    azimuth = np.array([viewpoint.azimuth for viewpoint in viewpoints])
    elevation = np.array([viewpoint.elevation for viewpoint in viewpoints])
    times = [begin + (i + 0.5) * SECONDS / FRAMES for i in range(FRAMES)]
    crops = []
    with av.open(video.video_path) as container:
        container.streams.video[0].thread_type = "AUTO"
        container.seek(int(begin * 1e6), backward=True)
        for frame in container.decode(video=0):
            if times and frame.time >= times[0]:
                image = frame.to_ndarray(format="rgb24")
                crops.append(perspective_crop(image, azimuth, elevation, np.radians(60), CROP))
                times.pop(0)
            if not times:
                break
    pieces = []
    with av.open(video.audio_path) as container:
        container.seek(int(begin * 1e6), backward=True)
        for frame in container.decode(audio=0):
            if frame.time + frame.samples / frame.rate > begin:
                pieces.append(frame.to_ndarray())
            if frame.time > begin + SECONDS:
                break
    audio = np.concatenate(pieces, 1)[clip.planes, : int(SECONDS * frame.rate)]
    audio = librosa.resample(audio.astype(np.float32), orig_sr=frame.rate, target_sr=RATE)
    rotated = rotate(audio, look_at(azimuth, elevation))
    mels = librosa.feature.melspectrogram(y=rotated, sr=RATE, n_fft=1024, hop_length=480, n_mels=64)
    return np.stack(crops), librosa.power_to_db(mels)


def loader(results: Path) -> None:
    """Print the clips per second of each way, and how many times as fast as decoding it is."""
    paths = shard_files(results / "features")
    for path in paths:  # the same cache for all
        path.read_bytes()
    clips = len(ShardDataset(paths, "train"))
    # A few clips are listed several times: an epoch has to be longer than its start.
    paths *= math.ceil(MIN_CLIPS / clips)
    data = ShardDataset(
        paths, "train", frames=FRAMES, crop=CROP, audio_seconds=SECONDS, augment=True
    )
    # Without workers everything is to run in one thread.
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    ways: dict[str, Callable[[], float]] = {}
    for workers in (0, 2):
        whole = ShardLoader(data, batch=16, workers=workers)
        ways[f"ShardLoader, {workers} workers"] = partial(epoch_speed, whole)
    calls = [call for call, _ in zip(from_media(results), range(24), strict=False)]
    ways[MEDIA] = partial(media_speed, calls)
    ways["plain read of covariances and frames, in order"] = partial(reading_speed, paths[0])
    rounds = []
    for _ in range(ROUNDS):  # in turn, so that other work on the machine meets all of them
        rounds.append({name: way() for name, way in ways.items()})
    print(f"{len(data)} samples of {clips} clips, {FRAMES} frames of {CROP}x{CROP}, augmented")
    print(f"medians of {ROUNDS} rounds; load of the machine {os.getloadavg()[0]:.1f}")
    print("| way | clips per second | times decoding |")
    print("| --- | --- | --- |")
    for name in ways:
        speed = median(speeds[name] for speeds in rounds)
        ratio = median(speeds[name] / speeds[MEDIA] for speeds in rounds)
        print(f"| {name} | {speed:.1f} | {ratio:.1f} |")
    none, two = list(ways)[:2]
    gain = median(speeds[two] / speeds[none] for speeds in rounds)
    print(f"two workers are {gain:.2f} times as fast as none")


def epoch_speed(whole: ShardLoader) -> float:
    """Clips per second of an epoch, from its first batch on: processes start, files open."""
    begin, count = 0.0, 0
    for batch in whole:
        if begin:
            count += len(batch["index"])
        else:
            begin = time.perf_counter()
    return count / (time.perf_counter() - begin)


def media_speed(calls: list[Callable[[], object]]) -> float:
    """Clips per second of decoding."""
    calls[0]()
    begin = time.perf_counter()
    for call in calls:
        call()
    return len(calls) / (time.perf_counter() - begin)


def reading_speed(path: Path) -> float:
    """Clips per second of reading the same bytes."""
    with h5py.File(path) as file:
        count = len(file["clip_id"])
        begin = time.perf_counter()
        for clip in range(count):
            index = file["video"][clip]
            file["covariance"][clip], file["video_data"][index[0, 0] : index[-1].sum()]
        return count / (time.perf_counter() - begin)


def storage(results: Path) -> None:
    """Print the size of covariances and frames, and the time per clip to write and to read."""
    path = max((results / "features").glob("*.h5"), key=lambda p: p.stat().st_size)
    with h5py.File(path) as file:
        names = sorted(set(file) - {STATISTICS, encoded_name("video")})
        clips = [{name: file[name][i] for name in names} for i in range(len(file["clip_id"]))]
        for i, clip in enumerate(clips):
            index = file["video"][i]
            clip["frames"] = file["video_data"][index[0, 0] : index[-1].sum()]
    order = np.random.default_rng(0).permutation(len(clips))
    print("| way | MB a clip | write, ms a clip | read at random, ms a clip |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for way in (_shard, _files, _tar, _zarr):
            try:
                size, writes, reads = way(folder, path, clips, order)
            except ImportError:
                print(f"| {way.__doc__} | not installed | | |")
                continue
            count = len(clips)
            print(
                f"| {way.__doc__} | {size / count / 1e6:.3f} | {1e3 * median(writes) / count:.2f} "
                f"| {1e3 * median(reads) / count:.2f} |"
            )


def _timed(call: Callable[[], object], times: int = 3) -> list[float]:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return taken


def _shard(folder: Path, path: Path, clips: Clips, order: np.ndarray) -> Timed:
    """feature shard (HDF5)"""
    target = folder / "shard.h5"

    def write() -> None:
        with h5py.File(target, "w", libver="v110") as out:
            for name, value in clips[0].items():
                if name == "frames":
                    data = np.concatenate([clip[name] for clip in clips])
                    out.create_dataset(name, data=data, chunks=(1 << 16,))
                else:
                    chunks = (1, *np.shape(value)) if np.ndim(value) else None
                    shape = (len(clips), *np.shape(value))
                    made = out.create_dataset(name, shape, np.asarray(value).dtype, chunks=chunks)
                    for i, clip in enumerate(clips):
                        made[i] = clip[name]

    def read() -> None:
        with h5py.File(path) as file:
            for i in order:
                index = file["video"][i]
                file["covariance"][i], file["video_data"][index[0, 0] : index[-1].sum()]

    return path.stat().st_size, _timed(write), _timed(read)


def _files(folder: Path, path: Path, clips: Clips, order: np.ndarray) -> Timed:
    """one npz file per clip"""
    target = folder / "files"

    def write() -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for i, clip in enumerate(clips):
            np.savez(target / f"{i}.npz", allow_pickle=False, **clip)

    def read() -> None:
        for i in order:
            with np.load(target / f"{i}.npz") as file:
                file["covariance"], file["frames"]

    writes = _timed(write)
    return sum(f.stat().st_size for f in target.iterdir()), writes, _timed(read)


def _tar(folder: Path, path: Path, clips: Clips, order: np.ndarray) -> Timed:
    """WebDataset tar (read in order: it cannot be read at random)"""
    target = folder / "shard.tar"

    def read() -> None:
        with tarfile.open(target) as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                data = content.read() if content else b""
                if entry.name.endswith(".npy"):
                    np.load(io.BytesIO(data))

    writes = _timed(lambda: export(path, target))
    return target.stat().st_size, writes, _timed(read)


def _zarr(folder: Path, path: Path, clips: Clips, order: np.ndarray) -> Timed:
    """Zarr"""
    import zarr

    target = folder / "shard.zarr"

    def write() -> None:
        shutil.rmtree(target, ignore_errors=True)
        group = zarr.open_group(target, mode="w")
        shape = clips[0]["covariance"].shape
        array = group.create_array(
            "covariance", shape=(len(clips), *shape), chunks=(1, *shape), dtype="f2"
        )
        for i, clip in enumerate(clips):
            array[i] = clip["covariance"]
            own = group.create_array(f"frames{i}", shape=clip["frames"].shape, dtype="u1")
            own[:] = clip["frames"]

    def read() -> None:
        group = zarr.open_group(target, mode="r")
        for i in order:
            group["covariance"][i], group[f"frames{i}"][:]

    writes = _timed(write)
    return sum(f.stat().st_size for f in target.rglob("*") if f.is_file()), writes, _timed(read)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["loader", "storage"])
    parser.add_argument("results", type=Path)
    chosen = parser.parse_args()
    {"loader": loader, "storage": storage}[chosen.what](chosen.results)


if __name__ == "__main__":
    main()
