"""Layouts of the sphere as FFmpeg's filter v360 makes them, and as cameras and sites alter them.

Each is made with the parameters that are usual for it or, for fitting, with random ones.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import av
import cv2
import numpy as np

from foa360.media.images import Image

Frames = list[Image]
Size = tuple[int, int]
Random = np.random.Generator


class View(NamedTuple):
    """Orientation of the sphere, degrees, and what draws parameters; None for the usual ones."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    random: Random | None = None

    def between(self, usual: float, low: float, high: float) -> float:
        """Return the usual value of a parameter, or a random one within limits."""
        return usual if self.random is None else float(self.random.uniform(low, high))

    def choice(self, values: Sequence[float]) -> float:
        """Return the first of some values, or a random one."""
        return values[0] if self.random is None else float(self.random.choice(values))


class Layout(NamedTuple):
    """A layout: true projection and stereo layout of its frames, and how they are made."""

    projection: str
    stereo: str
    make: Callable[[Frames, View], Frames]


def v360(frames: Frames, output: str, size: Size, view: View, **options: float | str) -> Frames:
    """Convert grey ERP frames of one size by FFmpeg's filter v360."""
    height, width = frames[0].shape
    given = {"input": "e", "output": output, "w": size[0], "h": size[1]}
    given |= {"yaw": view.yaw, "pitch": view.pitch, "roll": view.roll}
    graph = av.filter.Graph()
    first = graph.add_buffer(width=width, height=height, format="gray", time_base="1/25")
    text = ":".join(f"{key}={value}" for key, value in (given | options).items())
    nodes = [graph.add("v360", text), graph.add("format", "gray"), graph.add("buffersink")]
    for node, following in zip([first, *nodes], nodes, strict=False):
        node.link_to(following)
    graph.configure()
    converted = []
    for number, image in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="gray")
        frame.pts = number
        graph.push(frame)
        converted.append(np.asarray(graph.pull().to_ndarray(), np.uint8))
    return converted


def resized(frames: Frames, size: Size) -> Frames:
    """Scale frames, whatever their aspect ratio."""
    return [np.asarray(cv2.resize(f, size, interpolation=cv2.INTER_AREA)) for f in frames]


def padded(frames: Frames, size: Size) -> Frames:
    """Put frames in the middle of larger black ones."""
    height, width = frames[0].shape
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    bars = (top, size[1] - height - top), (left, size[0] - width - left)
    return [np.pad(f, bars) for f in frames]


def lens(frames: Frames, reach: float, fall: float) -> Frames:
    """Black outside of the circle of a lens in square frames, darker towards its rim."""
    size = frames[0].shape[0]
    at = (np.arange(size) + 0.5) / size * 2 - 1
    radius = np.hypot(*np.meshgrid(at, at)) / reach
    gain = np.clip((1 - radius) * 40, 0, 1) * (1 - fall * np.clip(radius, 0, 1) ** 4)
    return [np.asarray(f * gain, np.uint8) for f in frames]


def compressed(image: Image, quality: int = 75) -> Image:
    """Compress and decode a grey image."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def eyes(frames: Frames, view: View) -> tuple[Frames, Frames]:
    """Return the frames of both eyes; what is below the horizon is nearer and shifted more."""
    height, width = frames[0].shape
    shift = view.between(6, 0, 16) * width / 1280
    shifts = np.round(shift * np.clip(np.arange(height) / height, 0.3, 1)).astype(int)
    columns = (np.arange(width)[None] + shifts[:, None]) % width
    return frames, [np.take_along_axis(f, columns, 1) for f in frames]


def _stacked(pair: tuple[Frames, Frames], axis: int) -> Frames:
    return [np.concatenate(both, axis=axis) for both in zip(*pair, strict=True)]


def _both(frames: Frames, view: View, output: str, size: Size) -> tuple[Frames, Frames]:
    left, right = eyes(frames, view)
    return v360(left, output, size, view), v360(right, output, size, view)


def erp(frames: Frames, view: View) -> Frames:
    """ERP, 2:1."""
    return v360(frames, "e", (640, 320), view)


def erp_padded(frames: Frames, view: View) -> Frames:
    """ERP with black bars in a 16:9 frame, or another."""
    sizes = [(640, 360), (640, 480), (720, 320), (854, 480)]
    return padded(erp(frames, view), sizes[int(view.choice(range(len(sizes))))])


def erp_band(frames: Frames, view: View) -> Frames:
    """All azimuths, but not the poles; often in the shape 4:1 of two spheres side by side."""
    top = view.choice([0.25, view.between(0.25, 0.12, 0.35)])
    return [f[round(top * len(f)) : round((1 - top) * len(f))] for f in erp(frames, view)]


def erp_crop(frames: Frames, view: View) -> Frames:
    """Show the azimuths in front only, from pole to pole."""
    left = view.between(0.25, 0.1, 0.35)
    return [
        f[:, round(left * f.shape[1]) : round((1 - left) * f.shape[1])] for f in erp(frames, view)
    ]


def erp_squeezed(frames: Frames, view: View) -> Frames:
    """ERP in 16:9 pixels, as some sites serve it."""
    return resized(erp(frames, view), (640, 360))


def erp_top_bottom(frames: Frames, view: View) -> Frames:
    """ERP of each eye, one above the other; 1:1, or squeezed to one frame of 2:1."""
    both = _stacked(_both(frames, view, "e", (512, 256)), 0)
    return resized(both, (640, int(view.choice([640, 320, 360]))))


def erp_side_by_side(frames: Frames, view: View) -> Frames:
    """ERP of each eye, side by side; 4:1, or squeezed to one frame of 2:1."""
    both = _stacked(_both(frames, view, "e", (512, 256)), 1)
    return resized(both, (1024, int(view.choice([256, 512]))))


def half_erp(frames: Frames, view: View) -> Frames:
    """Front half of the sphere."""
    return v360(frames, "hequirect", (int(view.choice([384, 512, 682])), 384), view)


def half_erp_side_by_side(frames: Frames, view: View) -> Frames:
    """Front half of the sphere for each eye, side by side (VR180)."""
    return _stacked(_both(frames, view, "hequirect", (320, 320)), 1)


def eac(frames: Frames, view: View) -> Frames:
    """Equi-angular cubemap, in 16:9 pixels or with square faces."""
    return v360(frames, "eac", (640, int(view.choice([360, 426]))), view)


def cubemap_3x2(frames: Frames, view: View) -> Frames:
    """Cubemap of two rows in FFmpeg's order."""
    return v360(frames, "c3x2", (576, int(view.choice([384, 324, 288]))), view, **_order(view))


def cubemap_6x1(frames: Frames, view: View) -> Frames:
    """Cubemap of one row in FFmpeg's order."""
    return v360(frames, "c6x1", (1152, int(view.choice([192, 576]))), view, **_order(view))


def cubemap_1x6(frames: Frames, view: View) -> Frames:
    """Cubemap of one column in FFmpeg's order."""
    return v360(frames, "c1x6", (192, 1152), view, **_order(view))


def _order(view: View) -> dict[str, str]:
    """Order and rotation of cube faces: FFmpeg's, or a random one in every second layout."""
    if view.random is None or view.random.random() < 0.5:
        return {}
    order = "".join(view.random.permutation(list("rludfb")))
    return {"out_forder": order, "out_frot": "".join(view.random.choice(list("0123"), 6))}


def dual_fisheye(frames: Frames, view: View) -> Frames:
    """Two circles side by side, as cameras record before stitching; or one above the other."""
    fov = view.between(195, 170, 220)
    reach = _reach(view)
    fall = view.between(0.35, 0.0, 0.5)
    roll = view.choice([0, 0, 90, -90])
    # Of both eyes, to the front (VR180), or of the whole sphere.
    back = view.choice([180, 180, 180, 0])
    lenses = []
    for yaw, lens_roll in ((view.yaw, roll), (view.yaw + back, -roll)):
        of_lens = view._replace(yaw=(yaw + 180) % 360 - 180, roll=lens_roll)
        made = v360(frames, "fisheye", (320, 320), of_lens, h_fov=fov, v_fov=fov)
        lenses.append(lens(made, reach, fall))
    return _stacked((lenses[0], lenses[1]), int(view.choice([1, 1, 1, 0])))


def fisheye(frames: Frames, view: View) -> Frames:
    """One circle in a 16:9 frame with black sides."""
    fov = view.between(180, 150, 220)
    made = v360(frames, "fisheye", (352, 352), view, h_fov=fov, v_fov=fov)
    circle = lens(made, _reach(view), view.between(0.35, 0.0, 0.5))
    width, height = (640, 360) if view.choice([1, 0]) else (352, 352)
    return padded(circle, (width, height))


def _reach(view: View) -> float:
    """Radius of the circle of a lens over half the frame; without black in every fifth layout."""
    reach = view.between(0.98, 0.88, 1.06)
    return view.choice([reach, reach, reach, reach, 9.0])


def flat(frames: Frames, view: View) -> Frames:
    """Show an ordinary view; or with bars above and below, or at the sides."""
    width, height = 640, int(view.choice([360, 320, 480, 272, 640]))
    h_fov = view.between(95, 50, 120)
    v_fov = np.degrees(2 * np.arctan(np.tan(np.radians(h_fov / 2)) * height / width))
    made = v360(frames, "flat", (width, height), view, h_fov=h_fov, v_fov=float(v_fov))
    bars = view.choice([0, 0, 0, 1])
    return (
        padded(made, (640, max(height, 480)) if height < 480 else (854, height)) if bars else made
    )


def little_planet(frames: Frames, view: View) -> Frames:
    """Show the sphere from above (stereographic)."""
    below = view._replace(pitch=view.pitch - 90)
    width = int(view.choice([640, 360, 720]))
    h_fov = view.between(270, 230, 300)
    v_fov = h_fov if width == 360 else view.between(210, 180, 250)
    return v360(frames, "sg", (width, 360), below, h_fov=h_fov, v_fov=v_fov)


def barrel(frames: Frames, view: View) -> Frames:
    """Show a band around the horizon and two round caps."""
    return v360(frames, "barrel", (640, int(view.choice([512, 360]))), view)


LAYOUTS = {
    "ERP": Layout("erp", "mono", erp),
    "ERP with bars": Layout("erp", "mono", erp_padded),
    "ERP in 16:9 pixels": Layout("erp", "mono", erp_squeezed),
    "ERP top-bottom": Layout("erp", "top_bottom", erp_top_bottom),
    "ERP side by side": Layout("erp", "left_right", erp_side_by_side),
    "ERP without poles": Layout("erp_part", "mono", erp_band),
    "ERP of the front": Layout("erp_half", "mono", erp_crop),
    "half ERP": Layout("erp_half", "mono", half_erp),
    "half ERP side by side": Layout("erp_half", "left_right", half_erp_side_by_side),
    "EAC": Layout("eac", "mono", eac),
    "cubemap 3×2": Layout("cubemap", "mono", cubemap_3x2),
    "cubemap 6×1": Layout("cubemap_6x1", "mono", cubemap_6x1),
    "cubemap 1×6": Layout("cubemap_1x6", "mono", cubemap_1x6),
    "dual fisheye": Layout("dual_fisheye", "mono", dual_fisheye),
    "fisheye": Layout("fisheye", "mono", fisheye),
    "flat": Layout("flat", "mono", flat),
    "little planet": Layout("little_planet", "mono", little_planet),
    "barrel": Layout("barrel", "mono", barrel),
}
