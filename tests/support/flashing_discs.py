"""Shards of two discs that flash at times of their own, one of them with clicks.

Which disc clicks, and whether audio is of the time of the video, can be told by video and audio
together only.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from support.drawn_videos import kept_clip

from foa360.ambisonics.field import encode, look_at
from foa360.config.features import Features
from foa360.core.files import sha256
from foa360.core.hdf5 import create_hdf5
from foa360.core.records import Viewpoint
from foa360.data.shifted import ShiftedClips
from foa360.learning.synchronisation.checkpoint import load_synchroniser
from foa360.learning.synchronisation.sphere_map import peak
from foa360.media.images import encode_jpeg
from foa360.shards.verify import checksum_path
from foa360.sphere.directions import angular_distance, pixel_to_direction, to_direction, to_vector
from foa360.stages.features.read_clips import ClipMedia
from foa360.stages.features.writer import ShardWriter
from foa360.stages.synchronise_decide.localise import map_clip

FPS, RATE, SECONDS = 16, 16000, 5.0
WIDTH, HEIGHT = 128, 64
SETTINGS = Features(
    sample_rate=RATE,
    n_fft=512,
    n_mels=32,
    video_fps=float(FPS),
    video_width=WIDTH,
    store=["video", "foa"],
)
#: Field of view of the viewpoint, radius of a disc, its largest angle from the viewpoint to either
#: side, and the least angle between discs, radians.
FOV, RADIUS, REACH, APART = np.radians([60.0, 6.5, 20.0, 20.0])
#: Videos of each split for a training that learns.
SCENES_PER_SPLIT = {"train": 160, "test": 64}
#: Duration of a click, and time in which it decays, s.
CLICK, DECAY = 0.03, 0.008


class Discs(NamedTuple):
    """Directions `(2,)` of a clip, azimuth and elevation, radians."""

    viewpoint: NDArray[np.float64]
    clicking: NDArray[np.float64]
    silent: NDArray[np.float64]


def write_discs(
    path: Path, counts: Mapping[str, int], seed: int = 0, seconds: float = SECONDS
) -> dict[str, Discs]:
    """Write a shard of so many videos of each split, a clip of each; return where the discs are.

    The viewpoint looks between the discs, and counts as that of a detected object.
    """
    random = np.random.default_rng(seed)
    clips, viewpoints, discs, media = [], {}, {}, []
    for split, count in counts.items():
        for number in range(count):
            video_id = f"{split}{number:04d}"
            clip = kept_clip(video_id, duration=seconds, split=split)
            clip_id = clip.clip_id
            discs[clip_id], images, audio = _scene(random, seconds)
            azimuth, elevation = discs[clip_id].viewpoint
            viewpoints[clip_id] = [
                Viewpoint(
                    clip_id=clip_id,
                    video_id=video_id,
                    index=0,
                    azimuth=azimuth,
                    elevation=elevation,
                    fov=float(FOV),
                    origin="object",
                    label="discs",
                )
            ]
            clips.append(clip)
            media.append(ClipMedia(clip, audio, images))
    with create_hdf5(path) as file:
        writer = ShardWriter(file, clips, viewpoints, SETTINGS)
        for item in media:
            writer.add(item)
        writer.close()
    checksum_path(path).write_text(f"{sha256(path)}  {path.name}\n")
    return discs


def _scene(
    random: np.random.Generator, seconds: float
) -> tuple[Discs, list[bytes], NDArray[np.float32]]:
    """Directions, frames and audio `(4, n)` of a clip."""
    viewpoint = np.array([random.uniform(-np.pi, np.pi), random.uniform(-0.4, 0.4)])
    to_field = look_at(*viewpoint).T
    while True:
        offsets = random.uniform(-REACH, REACH, (2, 2))
        vectors = to_vector(*offsets.T) @ to_field.T
        if np.arccos(vectors[0] @ vectors[1]) > APART:
            break
    frames = round(seconds * FPS)
    flashes = [_flashes(random, frames) for _ in vectors]
    pixels = to_vector(*pixel_to_direction(*np.mgrid[:HEIGHT, :WIDTH][::-1], WIDTH, HEIGHT))
    video = np.full((frames, HEIGHT, WIDTH, 3), 40, np.uint8)
    video += random.integers(0, 20, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    for vector, numbers in zip(vectors, flashes, strict=True):
        disc = pixels @ vector > np.cos(RADIUS)
        video[:, disc] = random.integers(60, 120, 3, dtype=np.uint8)
        for number in numbers:
            video[number : number + 2, disc] = 255
    images = [encode_jpeg(frame, 90) for frame in video]
    clicks = np.zeros(round(seconds * RATE))
    for number in flashes[0]:
        first = round(number / FPS * RATE)
        time = np.arange(min(round(CLICK * RATE), len(clicks) - first)) / RATE
        clicks[first : first + len(time)] += (
            0.3 * random.normal(size=len(time)) * np.exp(-time / DECAY)
        )
    directions = np.stack(to_direction(vectors), -1)
    audio = encode(*directions[0])[:, None] * clicks
    audio = audio + 0.002 * random.normal(size=audio.shape)
    return Discs(viewpoint, *directions), images, audio.astype(np.float32)


def _flashes(random: np.random.Generator, frames: int) -> list[int]:
    """Frames at which a disc begins to flash."""
    found, number = [], int(random.integers(6))
    while number < frames:
        found.append(number)
        number += int(random.integers(3, 10))
    return found


def located_discs(
    shard: Path, model: Path, discs: Mapping[str, Discs], most: int = 64
) -> NDArray[np.float64]:
    """Angles `(n, 2)` of the peak of a network's map of a crop to the clicking and silent disc.

    The crop is that of the viewpoint, of the first test clips, radians.
    """
    network, info = load_synchroniser(model)
    clips = ShiftedClips([shard], "test", info.sample_settings)
    found = []
    for clip in range(min(most, len(clips))):
        scene = discs[clips.clips.clip_ids[clip]]
        networks = [network.eval(), network]
        values, *_ = map_clip(networks, clips, clip, clip, scene.viewpoint[None])
        towards = [angular_distance(*peak(values), *at) for at in (scene.clicking, scene.silent)]
        found.append([float(angle) for angle in towards])
    return np.array(found)
