"""Frames of clips with what was found in them: boxes, viewpoints, where the sound comes from."""

import base64
from html import escape
from typing import Any

import cv2
import h5py
import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import PAIRS, beam_weights, unpack_covariance
from foa360.core import old_tables as tables
from foa360.media.video import frames_at
from foa360.shards.read import picture, sound, texts
from foa360.sphere import box_outline, direction_to_pixel, pixel_to_direction, wrap

Image = NDArray[np.uint8]
Row = dict[str, Any]

#: Size of a frame in the page, and of the map of the sound.
FRAME, MAP = (640, 320), (72, 36)
#: Seconds of sound that can be listened to, for so many clips.
LISTEN = 5.0


def data_uri(kind: str, data: bytes) -> str:
    """A file inside the page."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def jpeg(image: Image) -> str:
    """An RGB picture inside the page."""
    done = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    return data_uri("image/jpeg", done.tobytes())


def kept_scene(file: Any, row: int, boxes: list[Row]) -> dict[str, str]:
    """Picture, overlay and sound of a kept clip, out of its feature shard."""
    count = file["video"].shape[1] if "video" in file else 0
    duration = float(file["duration"][row])
    made = {}
    if count:
        # The picture nearest to the middle at whose time something was detected.
        times = sorted({b["time"] for b in boxes}, key=lambda t: abs(t - duration / 2))
        number = min(int(times[0] / duration * count), count - 1) if times else count // 2
        shown = picture(file, row, number)
        made["picture"] = jpeg(np.asarray(cv2.resize(shown, FRAME, interpolation=cv2.INTER_AREA)))
        boxes = [b for b in boxes if b["time"] == times[0]]
    views = file["viewpoints"][row]
    origins = [o.decode() for o in file["viewpoint_origin"][row]]
    made["overlay"] = overlay(boxes, list(zip(views.tolist(), origins, strict=True)))
    if "covariance" in file:
        made["sound_map"] = sound_map(unpack_covariance(file["covariance"][row]))
    if "beam" in file:
        made["sound"] = listen(file, row)
    return made


def other_scene(path: str, time: float) -> dict[str, str]:
    """Picture of a clip that was not kept, where it can be decoded."""
    frame = next(iter(frames_at(path, [time], FRAME)), None)
    return {} if frame is None else {"picture": jpeg(frame)}


def overlay(boxes: list[Row], views: list[tuple[list[float], str]]) -> str:
    """SVG with boxes (also across the seam) and viewpoints."""
    width, height = FRAME
    parts = []
    for box in boxes:
        outline = _outline(box)
        name = f"{escape(box['label'])} {box['score']:.2f}"
        # What crosses the seam is drawn on both sides.
        for shift in (-width, 0, width):
            u, v = outline[:, 0] + shift, outline[:, 1]
            if u.max() > 0 and u.min() < width:
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(u, v, strict=True))
                parts.append(
                    f'<polygon points="{points}" class="box"/><text x="{u.min() + 3:.1f}" '
                    f'y="{max(v.min() - 4, 11):.1f}" class="boxname">{name}</text>'
                )
    for number, ((azimuth, elevation), origin) in enumerate(views):
        u, v = direction_to_pixel(np.radians(azimuth), np.radians(elevation), width, height)
        parts.append(
            f'<circle cx="{float(u):.1f}" cy="{float(v):.1f}" r="9" class="view {escape(origin)}"/>'
            f'<text x="{float(u):.1f}" y="{float(v) + 4:.1f}" class="viewname">{number + 1}</text>'
        )
    return "".join(parts)


def _outline(box: Row) -> NDArray[np.float64]:
    """Pixels `(n, 2)` around a detection, in one piece also across the seam."""
    names = ("azimuth", "elevation", "h_fov", "v_fov")
    azimuth, elevation = box_outline(np.radians([box[name] for name in names]))
    centre = float(np.radians(box["azimuth"]))
    u, _ = direction_to_pixel(centre, 0.0, *FRAME)
    _, v = direction_to_pixel(azimuth, elevation, *FRAME)
    return np.column_stack([u - wrap(azimuth - centre) / (2 * np.pi) * FRAME[0], v])


def sound_map(covariance: NDArray[np.float32]) -> str:
    """Power of max-rE beams over the sphere as a translucent picture (PNG)."""
    width, height = MAP
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    weights = beam_weights(*pixel_to_direction(u, v, width, height), "max_re")
    level = covariance.sum((1, 2), dtype=np.float64)
    power = sum(
        (1 if i == j else 2) * level[k] * weights[..., i] * weights[..., j]
        for k, (i, j) in enumerate(PAIRS)
    )
    power = np.maximum(np.asarray(power), 1e-12)
    shade = np.clip(1 + 10 * np.log10(power / power.max()) / 9, 0, 1)  # 9 dB deep
    colours = cv2.applyColorMap((255 * shade).astype(np.uint8), cv2.COLORMAP_INFERNO)
    alpha = (190 * shade**1.5).astype(np.uint8)
    done = cv2.imencode(".png", np.dstack([colours, alpha]))[1]
    return data_uri("image/png", done.tobytes())


def listen(file: Any, row: int) -> str:
    """The beam towards the best viewpoint as FLAC."""
    import io
    import json

    import soundfile

    rate = json.loads(file.attrs["settings"])["sample_rate"]
    mono = sound(file, "beam", row)[0, : int(LISTEN * rate)]
    peak = float(np.abs(mono).max())
    buffer = io.BytesIO()
    soundfile.write(buffer, mono * (0.8 / peak if peak > 0 else 1), rate, format="FLAC")
    return data_uri("audio/flac", buffer.getvalue())


def rows_in_shards(paths: list[Any]) -> dict[str, tuple[Any, int]]:
    """Shard and row of every kept clip."""
    where: dict[str, tuple[Any, int]] = {}
    for path in paths:
        with h5py.File(path, "r") as file:
            where |= {clip: (path, i) for i, clip in enumerate(texts(file, "clip_id"))}
    return where


def boxes_of(paths: list[Any], clips: set[str]) -> dict[str, list[Row]]:
    """Detections of some clips."""
    found: dict[str, list[Row]] = {clip: [] for clip in clips}
    for path in paths:
        for row in tables.records(tables.read(path)):
            if row["clip_id"] in found:
                found[row["clip_id"]].append(row)
    return found
