"""Where on the sphere is the sounding object? The network's map of each clip, beside the truth."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from foa360.data.samples import BadClipError
from foa360.data.shifted import ShiftedClips
from foa360.learning.accuracy import NEAR
from foa360.learning.checkpoint import device
from foa360.learning.synchronisation.network import FusedNet
from foa360.learning.synchronisation.sphere_map import (
    covering_viewpoints,
    map_directions,
    peak,
    sphere_map,
)
from foa360.sphere.directions import nearest_distance, to_direction

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Name of the evaluation.
LOCALISATION = "localisation"
#: Samples of a clip whose maps are averaged, and crops of one of them that are computed at once.
WINDOWS, CROPS = 3, 16
#: Most clips that are searched, one of each video.
MOST_CLIPS = 100

Floats = NDArray[np.floating]


class Located(NamedTuple):
    """A clip and its map.

    clip, stranger : numbers of the clip, and of the one whose audio the control has.
    values : log-odds on the directions of a map.
    objects : (n, 2). Detected objects, azimuth and elevation, radians.
    intensity : (2,). Direction of the intensity vector of the clip.
    columns : columns of `Decision`; outcomes are 1 where the peak is within `NEAR` of the nearest
        object, errors are radians.
    near : share of all directions that are so near.
    """

    clip: int
    stranger: int
    values: Floats
    objects: Floats
    intensity: Floats
    columns: dict[str, float]
    near: float


def one_clip_per_video(clips: ShiftedClips, drawn: Sequence[int]) -> list[int]:
    """Choose the first drawn clip with a detected object of each video, `MOST_CLIPS` at most."""
    of_video: dict[str, int] = {}
    for clip in drawn:
        if any(clips.clips.viewpoint_labels[clip]):
            of_video.setdefault(clips.clips.videos[clip], clip)
    return list(of_video.values())[:MOST_CLIPS]


def localise(
    networks: Sequence[FusedNet],
    clips: ShiftedClips,
    chosen: Sequence[int],
    progress: "Progress",
) -> Iterator[Located]:
    """Map clips that can be read, two or more; the stranger of each is the next one.

    Parameters
    ----------
    networks : sequence of FusedNet
        The trained and the untrained one, in evaluation mode.
    clips : ShiftedClips
        Test clips.
    chosen : sequence of int
        Clips of different videos.
    progress : Progress
        Reports clips.
    """
    everywhere = map_directions()
    followers = [*chosen[1:], *chosen[:1]] if len(chosen) > 1 else []
    for clip, stranger in progress(zip(chosen, followers, strict=False), len(followers), "clips"):
        try:
            objects = clips.objects(clip)
            vector = clips.intensity(clip)
            own, deaf, untrained = map_clip(networks, clips, clip, stranger)
        except BadClipError:
            continue
        intensity = np.stack(to_direction(vector), -1)
        peaks = {"outcome": own, "deaf": deaf, "untrained": untrained}
        errors = {
            name: float(nearest_distance(peak(values)[None], objects)[0])
            for name, values in peaks.items()
        }
        of_all = nearest_distance(everywhere, objects)
        columns = {name: float(error <= NEAR) for name, error in errors.items()}
        columns["error"] = errors["outcome"]
        columns["intensity_error"] = float(nearest_distance(intensity[None], objects)[0])
        columns["random_error"] = float(of_all.mean())
        near = float((of_all <= NEAR).mean())
        yield Located(clip, stranger, own, objects, intensity, columns, near)


@torch.no_grad()
def map_clip(
    networks: Sequence[FusedNet],
    clips: ShiftedClips,
    clip: int,
    stranger: int,
    viewpoints: Floats | None = None,
) -> list[Floats]:
    """Map a clip with its own audio and with a stranger's, and by the untrained network.

    Each map is the mean over `WINDOWS` samples and over their time. `viewpoints` (K, 2) replace
    those that cover the sphere. Raises BadClipError for data that cannot be read.
    """
    trained, untrained = networks
    windows = clips.windows(clip, WINDOWS)
    fov = windows[0].fov
    if viewpoints is None:
        viewpoints = covering_viewpoints(fov)
    sums: list[Floats] = []
    for own, other in zip(windows, clips.windows(stranger, WINDOWS), strict=True):
        parts: list[list[Floats]] = []
        for part in np.array_split(viewpoints, -(-len(viewpoints) // CROPS)):
            video = clips.video(own, part).to(device())
            audio = torch.cat([clips.audio(own, part)[:, :1], clips.audio(other, part)[:, :1]], 1)
            audio = audio.to(device())
            maps = trained(video, audio).mean(2).float().cpu().numpy()
            control = untrained(video, audio[:, :1]).mean(2).float().cpu().numpy()
            parts.append([maps[:, 0], maps[:, 1], control[:, 0]])
        joined = [np.concatenate(of_kind) for of_kind in zip(*parts, strict=True)]
        merged = [sphere_map(of_kind, viewpoints, fov) for of_kind in joined]
        sums = [a + b for a, b in zip(sums, merged, strict=True)] if sums else merged
    return [values / WINDOWS for values in sums]
