"""Directions from which the audio of clips arrives, counted on a lattice."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.descriptors import BlockSpectra, block_spectra, tile_covariance
from foa360.core.records import CuratedClip
from foa360.media.audio import clip_audio, to_wyzx
from foa360.sphere.directions import fibonacci_sphere, to_direction

#: Directions of audio are counted in cells around these, `(256, 3)`: 9° apart.
CELLS = fibonacci_sphere(256)
#: Tiles of less energy have no direction.
MIN_TILE_ENERGY = 1e-12
#: Radius of the neighbourhood that a peak is summed over, rad.
PEAK_RADIUS = np.radians(20.0)
#: A peak has at least this share of the directional audio within its radius; in a diffuse field it
#: is 0.03.
MIN_PEAK_SHARE = 0.1


class AudioPeak(NamedTuple):
    """A direction from which much of a clip's audio arrives."""

    azimuth: float  # radians
    elevation: float  # radians
    share: float  # of the directional audio, 0 to 1


def interval_count(clip: CuratedClip, fps: float) -> int:
    """Return the number of intervals of 1/fps in a clip."""
    return max(1, round(clip.duration * fps))


def read_audio_directions(
    path: str, clips: Sequence[CuratedClip], fps: float
) -> Iterator[Floats | None]:
    """Yield directions of audio `(intervals, CELLS)` of one video's clips (starts ascending).

    None where the audio cannot be read. One pass; the audio of one clip is held at a time.
    """
    spans = [(clip.start, clip.duration) for clip in clips]
    for clip, audio in zip(clips, clip_audio(path, spans), strict=True):
        planes, gains = clip.planes, clip.gains
        if planes is None or gains is None:
            raise ValueError(f"{clip.clip_id}: kept, but without planes or gains")
        if audio.samples.shape[0] <= max(planes) or not np.isfinite(audio.samples).all():
            yield None
        else:
            foa = to_wyzx(audio, planes, gains)
            spectra = block_spectra(foa, audio.sample_rate)
            yield audio_directions(spectra, interval_count(clip, fps))


def audio_directions(spectra: BlockSpectra, intervals: int) -> Floats:
    """Sum the directional audio from each cell in equal intervals `(intervals, CELLS)`.

    `spectra` are those of WYZX, SN3D. The direction of a tile of time and frequency is that of its
    active intensity. A tile is weighted by the root of its energy, so that a transient does not
    dominate, and by the square of how directional it is.
    """
    cov, _ = tile_covariance(spectra)
    intensity = cov[..., 0, [3, 1, 2]]
    energy = 0.5 * np.trace(cov, axis1=-2, axis2=-1)
    length = np.linalg.norm(intensity, axis=-1)
    measurable = energy > MIN_TILE_ENERGY
    directivity = np.divide(length, energy, out=np.zeros_like(length), where=measurable)
    weight = np.sqrt(energy) * np.minimum(directivity, 1) ** 2
    cell = (intensity @ CELLS.T).argmax(-1)
    interval = np.arange(len(cov)) * intervals // max(len(cov), 1)
    directions = np.zeros((intervals, len(CELLS)))
    np.add.at(directions, (np.broadcast_to(interval[:, None], cell.shape), cell), weight)
    return directions


def audio_peaks(directions: Floats, count: int, min_distance: float) -> list[AudioPeak]:
    """Find the directions from which most of a clip's audio arrives, the strongest first.

    `directions` are `(intervals, CELLS)`; peaks are at least `min_distance` apart, radians.
    """
    total = directions.sum(0)
    if total.sum() <= 0:
        return []
    neighbours = np.cos(PEAK_RADIUS) <= CELLS @ CELLS.T
    share = neighbours @ total / total.sum()
    peaks: list[AudioPeak] = []
    free = np.ones(len(CELLS), bool)
    while len(peaks) < count and free.any():
        best = int(np.argmax(np.where(free, share, -1)))
        if share[best] < MIN_PEAK_SHARE:
            break
        azimuth, elevation = to_direction((total * neighbours[best]) @ CELLS)
        peaks.append(AudioPeak(float(azimuth), float(elevation), float(share[best])))
        free &= CELLS @ CELLS[best] < np.cos(max(min_distance, PEAK_RADIUS))
    return peaks
