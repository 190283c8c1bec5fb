"""Frames, overlays, maps and audio as data that stands inside the page."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.covariance import PAIRS
from foa360.ambisonics.field import beam_weights
from foa360.core.records import Detection
from foa360.core.shown import printable
from foa360.media.images import Image, encode_jpeg
from foa360.sphere.boxes import box_outline
from foa360.sphere.directions import direction_to_pixel, pixel_to_direction, wrap

#: Size (width, height) of a frame in the page, and of the map of audio energy.
FRAME_SIZE = (640, 320)
MAP_SIZE = (72, 36)
REPORT_JPEG_QUALITY = 82
#: Range of the map below its maximum, dB.
MAP_RANGE_DB = 9.0
#: Smallest power, so that its logarithm exists.
MIN_POWER = 1e-12
#: Size of a waveform, units of SVG, and its number of steps.
WAVE_SIZE = (600, 40)
WAVE_STEPS = 300
#: Range of log-mel spectra below their maximum, dB.
MEL_RANGE_DB = 70.0
#: Level that played audio is scaled to, relative to full scale.
PLAYED_PEAK = 0.8


class ViewpointMark(NamedTuple):
    """A viewpoint: direction in radians, and its origin."""

    azimuth: float
    elevation: float
    origin: str


def jpeg_uri(image: Image) -> str:
    """Encode an RGB image as a data URI."""
    return _data_uri("image/jpeg", encode_jpeg(image, REPORT_JPEG_QUALITY))


def frame_uri(image: Image) -> str:
    """Encode an RGB image at the size of a frame in the page."""
    resized = cv2.resize(image, FRAME_SIZE, interpolation=cv2.INTER_AREA)
    return jpeg_uri(np.asarray(resized, np.uint8))


def waveforms(signals: NDArray[np.float32]) -> list[str]:
    """Outline of each signal `(channels, n)` as an SVG path within 600 by 40 units."""
    steps = min(WAVE_STEPS, signals.shape[1])
    used = signals[:, : signals.shape[1] // steps * steps].reshape(len(signals), steps, -1)
    x = np.linspace(0, WAVE_SIZE[0], steps)
    paths = []
    for low, high in zip(used.min(2), used.max(2), strict=True):
        outline = [*zip(x, high, strict=True), *zip(x[::-1], low[::-1], strict=True)]
        half = WAVE_SIZE[1] / 2
        paths.append("M" + "L".join(f"{u:.0f},{half * (1 - v):.1f}" for u, v in outline) + "Z")
    return paths


def density_map(azimuth_deg: NDArray[np.float64], elevation_deg: NDArray[np.float64]) -> str:
    """Draw how many directions, degrees, lie in each cell of an ERP map, per area of the sphere."""
    width, height = MAP_SIZE
    counts = np.histogram2d(elevation_deg, azimuth_deg, (height, width), ((-90, 90), (-180, 180)))[
        0
    ][::-1, ::-1]
    rows = np.linspace(90, -90, 2 * height + 1)[1::2]
    density = counts / np.cos(np.radians(rows))[:, None]
    shade = np.sqrt(density / max(density.max(), MIN_POWER))
    return _png(cv2.applyColorMap((255 * shade).astype(np.uint8), cv2.COLORMAP_INFERNO))


def log_mel_image(mel: NDArray[np.float32]) -> str:
    """Draw log-mel spectra `(4, frames, bands)` in dB, one below the other; low bands are below."""
    top = float(mel.max())
    shade = np.clip(1 + (mel - top) / MEL_RANGE_DB, 0, 1)
    stacked = np.concatenate([channel.T[::-1] for channel in shade])
    return _png(cv2.applyColorMap((255 * stacked).astype(np.uint8), cv2.COLORMAP_VIRIDIS))


def intensity_image(intensity: NDArray[np.float32]) -> str:
    """Draw intensity vectors `(3, frames, bands)`: red X, green Y, blue Z; grey is none."""
    colours = np.clip(127.5 + 127.5 * intensity, 0, 255).astype(np.uint8)
    return _png(colours[::-1].transpose(2, 1, 0)[::-1])


def _png(bgr: NDArray[np.uint8]) -> str:
    return _data_uri("image/png", cv2.imencode(".png", np.ascontiguousarray(bgr))[1].tobytes())


def energy_map(covariance: NDArray[np.float32]) -> str:
    """Draw the power of max-rE beams over the sphere as a translucent PNG.

    `covariance` is `(10, frames, bands)`, summed over time and frequency.
    """
    width, height = MAP_SIZE
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    weights = beam_weights(*pixel_to_direction(u, v, width, height), "max_re")
    level = covariance.sum((1, 2), dtype=np.float64)
    power = np.zeros((height, width))
    for pair, (i, j) in enumerate(PAIRS):
        symmetric = 1 if i == j else 2
        power += symmetric * level[pair] * weights[..., i] * weights[..., j]
    power = np.maximum(power, MIN_POWER)
    level_db = 10 * np.log10(power / power.max())
    shade = np.clip(1 + level_db / MAP_RANGE_DB, 0, 1)
    colours = cv2.applyColorMap((255 * shade).astype(np.uint8), cv2.COLORMAP_INFERNO)
    alpha = (190 * shade**1.5).astype(np.uint8)
    return _png(np.dstack([colours, alpha]))


def overlay(boxes: Iterable[Detection], viewpoints: Sequence[ViewpointMark]) -> str:
    """Draw detections (also across the seam) and numbered viewpoints as SVG elements."""
    parts = []
    for box in boxes:
        parts += _box_elements(box)
    for number, mark in enumerate(viewpoints, 1):
        u, v = direction_to_pixel(mark.azimuth, mark.elevation, *FRAME_SIZE)
        parts.append(
            f'<circle cx="{float(u):.1f}" cy="{float(v):.1f}" r="9" '
            f'class="view {escape(mark.origin)}"/>'
            f'<text x="{float(u):.1f}" y="{float(v) + 4:.1f}" class="viewname">{number}</text>'
        )
    return "".join(parts)


def _box_elements(box: Detection) -> list[str]:
    """Outline and name; what crosses the seam is drawn on both sides."""
    width, _ = FRAME_SIZE
    outline = _outline(box)
    name = f"{escape(printable(box.label))} {box.score:.2f}"
    parts = []
    for shift in (-width, 0, width):
        u, v = outline[:, 0] + shift, outline[:, 1]
        if u.max() <= 0 or u.min() >= width:
            continue
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(u, v, strict=True))
        parts.append(
            f'<polygon points="{points}" class="box"/><text x="{u.min() + 3:.1f}" '
            f'y="{max(v.min() - 4, 11):.1f}" class="boxname">{name}</text>'
        )
    return parts


def _outline(box: Detection) -> NDArray[np.float64]:
    """Pixels `(n, 2)` around a detection, in one piece also across the seam."""
    corners = np.array([box.azimuth, box.elevation, box.h_fov, box.v_fov])
    azimuth, elevation = box_outline(corners)
    centre, _ = direction_to_pixel(box.azimuth, 0.0, *FRAME_SIZE)
    _, v = direction_to_pixel(azimuth, elevation, *FRAME_SIZE)
    # Offsets from the centre do not jump at the seam.
    u = centre - wrap(azimuth - box.azimuth) / (2 * np.pi) * FRAME_SIZE[0]
    return np.column_stack([u, v])


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
