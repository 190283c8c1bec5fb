"""Clips of ordinary videos, as small crops, for the video network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.core.digest import value_digest
from foa360.data.transforms import augment_video, draw_augmentation
from foa360.media.container import MediaError, open_media
from foa360.media.frame_reader import FrameRequest
from foa360.media.lengths import stream_lengths
from foa360.media.streams import video_stream
from foa360.media.video import TIME_DECIMALS, FrameConverter, FrameFormat, decoded_frames

Clip = NDArray[np.uint8]

#: Largest frame that is decoded, pixels.
MAX_PIXELS = 4096 * 2304
#: The shorter side of a frame is scaled to this share of the crop: 128 for 112.
TEST_MARGIN = 8 / 7
#: Area of a random crop as a share of the frame, and its width by its height (Morgado et al. 2020).
AREA = (0.08, 1.0)
ASPECT = (3 / 4, 4 / 3)
#: Attempts to place a random crop within the frame.
ATTEMPTS = 10


@dataclass(frozen=True, kw_only=True)
class ClipShape:
    """Size of a clip.

    frames : number of frames, each in the middle of an equal part of the time.
    seconds : duration, s.
    crop : width and height, pixels.
    """

    frames: int
    seconds: float
    crop: int


@dataclass(frozen=True)
class RandomClip:
    """A clip that is drawn from a video: its time, crop, mirroring and colours."""

    seed: int

    @classmethod
    def of(cls, *key: object) -> "RandomClip":
        """Make the draw that belongs to a key, whatever was drawn before."""
        return cls(int(value_digest([str(part) for part in key])[:12], 16))


def video_duration(path: Path) -> float:
    """Return the duration of the video stream, s. Raises MediaError."""
    with open_media(path) as container:
        stream = video_stream(container)
        if stream is None:
            raise MediaError("no_video", "no video stream")
        duration = stream_lengths(container).durations.get(stream.index, 0.0)
    if duration <= 0:
        raise MediaError("video_damaged", "no duration")
    return duration


def even_clips(path: Path, shape: ClipShape, count: int) -> Clip:
    """Return evenly spaced clips, the middle of each frame, `(count, 3, frames, crop, crop)`.

    The first one begins with the video, the last one ends with it. Raises MediaError.
    """
    duration = video_duration(path)
    last = max(duration - shape.seconds, 0.0)
    starts = np.linspace(0, last, count) if count > 1 else np.array([last / 2])
    clips = _frames(path, duration, starts, shape)
    return np.stack([_stack([_middle(image, shape.crop) for image in clip]) for clip in clips])


def clips_at(path: Path, shape: ClipShape, starts: NDArray[np.floating]) -> Clip:
    """Return clips that begin at ascending times, s, the middle of each frame. Raises MediaError.

    After the end of the video its last frame stays.
    """
    clips = _frames(path, video_duration(path), starts, shape)
    return np.stack([_stack([_middle(image, shape.crop) for image in clip]) for clip in clips])


def random_clips(path: Path, shape: ClipShape, draws: Sequence[RandomClip]) -> Clip:
    """Return drawn clips in one pass, `(draws, 3, frames, crop, crop)`. Raises MediaError."""
    duration = video_duration(path)
    last = max(duration - shape.seconds, 0.0)
    generators = [np.random.default_rng(draw.seed) for draw in draws]
    starts = np.array([random.uniform(0, last) for random in generators])
    order = np.argsort(starts, kind="stable")
    frames = _frames(path, duration, starts[order], shape)
    clips = [np.empty(0, np.uint8)] * len(draws)
    for place, images in zip(order, frames, strict=True):
        clips[place] = _augmented(images, shape.crop, generators[place])
    return np.stack(clips)


def _frames(
    path: Path, duration: float, starts: NDArray[np.floating], shape: ClipShape
) -> list[list[NDArray[np.uint8]]]:
    """Return the images of each clip; starts ascend. Raises MediaError where one is missing."""
    middles = (np.arange(shape.frames) + 0.5) * shape.seconds / shape.frames
    times = np.round(starts[:, None] + middles, TIME_DECIMALS)
    # Videos shorter than a clip: the last frame stays.
    distinct = np.unique(np.minimum(times, duration))
    convert = FrameConverter(FrameFormat())
    images: dict[float, NDArray[np.uint8]] = {}
    for found in decoded_frames(path, [FrameRequest(time) for time in distinct], MAX_PIXELS):
        if found.frame is None:
            raise MediaError("video_damaged", f"no frame at {found.request.time:.2f} s")
        images[found.request.time] = convert(found.frame)
    return [[images[min(time, duration)] for time in clip] for clip in times]


def _middle(image: NDArray[np.uint8], crop: int) -> NDArray[np.uint8]:
    """Scale the shorter side to a little more than a crop, and cut out its middle."""
    height, width = image.shape[:2]
    scale = round(crop * TEST_MARGIN) / min(height, width)
    size = max(crop, round(width * scale)), max(crop, round(height * scale))
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    left, top = (size[0] - crop) // 2, (size[1] - crop) // 2
    return np.asarray(scaled[top : top + crop, left : left + crop], np.uint8)


def _augmented(
    images: list[NDArray[np.uint8]], crop: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Cut the same random part out of all images, and change their colours alike."""
    height, width = images[0].shape[:2]
    rows, columns = _part(height, width, random)
    mirror = bool(random.random() < 0.5)
    augmentation = draw_augmentation(1, random)
    cropped = []
    for image in images:
        part = image[rows, columns, :]
        if mirror:
            part = part[:, ::-1]
        part = np.ascontiguousarray(part)
        cropped.append(cv2.resize(part, (crop, crop), interpolation=cv2.INTER_AREA))
    return _stack(list(augment_video(np.stack(cropped).astype(np.uint8), augmentation)))


def _part(height: int, width: int, random: np.random.Generator) -> tuple[slice, slice]:
    """Draw rows and columns of a part of a frame; all of it where no draw fits."""
    for _ in range(ATTEMPTS):
        area = random.uniform(*AREA) * height * width
        aspect = np.exp(random.uniform(*np.log(ASPECT)))
        columns, rows = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        if 0 < columns <= width and 0 < rows <= height:
            top = int(random.integers(0, height - rows + 1))
            left = int(random.integers(0, width - columns + 1))
            return slice(top, top + rows), slice(left, left + columns)
    return slice(0, height), slice(0, width)


def _stack(images: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Order images `(h, w, 3)` as a clip `(3, frames, h, w)`."""
    return np.ascontiguousarray(np.stack(images).transpose(3, 0, 1, 2))
