"""Reading of the videos of AVSBench: frames, masks and audio as a network takes them."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from foa360.downstream.avsbench import VIDEO_FRAMES, SoundingVideo
from foa360.learning.segmentation.log_mel import FRAMES, HOP, SAMPLE_RATE, WINDOW, log_mel, patches
from foa360.media.container import MediaError
from foa360.media.resampling import resampled

#: Largest frame that is decoded, pixels.
MAX_PIXELS = 1 << 24
#: Largest absolute sample of silent audio: -80 dBFS.
SILENCE = 1e-4
#: Longest audio that is read, s.
MAX_SECONDS = 60


@dataclass(frozen=True)
class SoundingSample:
    """A video as a network takes it, in small types.

    frames : (5, 3, size, size), 0 to 255.
    truth : (5, size, size), pixels of what sounds.
    known : (5,), whether the truth of a frame is given.
    patches : (5, 96, 64), log-mel.
    """

    frames: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    known: NDArray[np.bool_]
    patches: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        """Memory that the sample takes, bytes."""
        return sum(array.nbytes for array in vars(self).values())


def read_sample(video: SoundingVideo, size: int, alignment: str) -> SoundingSample:
    """Read a video, with frames and masks resized to a square.

    Parameters
    ----------
    video : SoundingVideo
        Its files.
    size : int
        Width and height, pixels.
    alignment : str
        Of patches and frames, as in `log_mel.patches`.

    Raises
    ------
    MediaError
        With `file_missing`, `empty_file`, `unreadable`, `frame_too_large`, `sizes_differ`,
        `silent`, `clip_outside` for too short audio, or `not_finite`.
    """
    frames = [read_png(path) for path in video.frames]
    shape = frames[0].shape[:2]
    for path, frame in zip(video.frames, frames, strict=True):
        _require_shape(path, frame.shape[:2], shape)
    truth = np.zeros((VIDEO_FRAMES, size, size), bool)
    for number, given in enumerate(video.masks):
        if given is None:
            continue
        mask = read_mask(given)
        _require_shape(given, mask.shape, shape)
        resized = cv2.resize(mask.astype(np.uint8), (size, size), interpolation=cv2.INTER_NEAREST)
        truth[number] = resized > 0
    resized = np.stack([_resized(frame, size) for frame in frames])
    return SoundingSample(
        frames=np.ascontiguousarray(resized.transpose(0, 3, 1, 2)),
        truth=truth,
        known=np.array([path is not None for path in video.masks]),
        patches=audio_patches(read_audio(video.audio), alignment),
    )


def read_png(path: Path) -> NDArray[np.uint8]:
    """Read an RGB frame `(h, w, 3)` from a PNG file. Raises MediaError."""
    with _opened(path) as image:
        return np.asarray(_loaded(path, image).convert("RGB"), np.uint8)


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Read the pixels of what sounds `(h, w)` from a PNG file. Raises MediaError.

    They are white in a file of one bit, and have a number other than 0 in one with a palette; in
    other files they are not black.
    """
    with _opened(path) as image:
        loaded = _loaded(path, image)
        if image.mode not in {"1", "P", "L", "I", "I;16"}:
            loaded = loaded.convert("RGB")
        values = np.asarray(loaded) != 0
    return values.any(-1) if values.ndim == 3 else values


def read_audio(path: Path) -> NDArray[np.float32]:
    """Read mono audio `(n,)` at 16 kHz, the mean of channels. Raises MediaError."""
    _require_content(path)
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            samples = file.read(MAX_SECONDS * rate, dtype="float32", always_2d=True).mean(1)
    except soundfile.LibsndfileError as error:
        raise MediaError("unreadable", f"{path.name}: {error.error_string}") from None
    if not np.isfinite(samples).all():
        raise MediaError("not_finite", f"{path.name}: samples that are not finite")
    if not len(samples) or np.abs(samples).max() < SILENCE:
        raise MediaError("silent", path.name)
    return resampled(samples, rate, SAMPLE_RATE)


def audio_patches(samples: NDArray[np.float32], alignment: str) -> NDArray[np.float32]:
    """Compute a log-mel patch for each frame, `(5, 96, 64)`. Raises MediaError."""
    needed = (VIDEO_FRAMES * FRAMES - 1) * HOP + WINDOW
    if len(samples) < needed:
        seconds = f"{len(samples) / SAMPLE_RATE:.2f} s of audio, {needed / SAMPLE_RATE:.2f} needed"
        raise MediaError("clip_outside", seconds)
    return patches(log_mel(samples), VIDEO_FRAMES, alignment)


def _opened(path: Path) -> Image.Image:
    _require_content(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=["PNG"])
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, ImportError):
        # Ultralytics replaces `Image.open`: what is no image becomes a missing decoder of HEIF.
        raise MediaError("unreadable", f"{path.name} is no PNG file") from None
    if image.width * image.height > MAX_PIXELS:
        size = f"{image.width} × {image.height} pixels"
        image.close()
        raise MediaError("frame_too_large", f"{path.name}: {size}")
    return image


def _loaded(path: Path, image: Image.Image) -> Image.Image:
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise MediaError("unreadable", f"{path.name}: {error}") from None
    return image


def _resized(frame: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(frame, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def _require_content(path: Path) -> None:
    if not path.is_file():
        raise MediaError("file_missing", path.name)
    if path.stat().st_size == 0:
        raise MediaError("empty_file", path.name)


def _require_shape(path: Path, found: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if found != expected:
        sizes = [f"{width} × {height}" for height, width in (found, expected)]
        raise MediaError("sizes_differ", f"{path.name} has {sizes[0]} pixels, not {sizes[1]}")
