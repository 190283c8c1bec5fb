"""Direction of arrival: where on the sphere do video and audio fit each other best?

The network looks into many directions of a clip, and finds the one in which the crop fits the audio
rotated to it. The truth is the nearest detected object: the only one that recordings without
annotation have.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from foa360.ambisonics.covariance import PAIRS
from foa360.data.dataset import ShardDataset
from foa360.data.samples import BadClipError
from foa360.learning.accuracy import NEAR
from foa360.learning.checkpoint import device
from foa360.learning.models.audiovisual import AudioVisual
from foa360.sphere.directions import fibonacci_sphere, nearest_distance, to_direction
from foa360.stages.evaluate.lines import ReadLines, request_of_line
from foa360.stages.evaluate.retrieval import one_line_per_video

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Name of the evaluation.
DIRECTION = "direction"
#: Directions that are looked into, about 29° apart.
CANDIDATES = 48


class Search(NamedTuple):
    """Outcomes and errors of the lines that were searched.

    rows : the n lines.
    columns : (n,) for each column of `Decision`; outcomes are 1 where the error is at most `NEAR`,
        errors are radians.
    chance : share of the directions that are so near.
    """

    rows: list[int]
    columns: dict[str, Tensor]
    chance: float


@torch.no_grad()
def search_directions(
    networks: Sequence[AudioVisual], data: ShardDataset, read: ReadLines, progress: "Progress"
) -> Search:
    """Search the sphere in one clip with detected objects of each video.

    Parameters
    ----------
    networks : sequence of AudioVisual
        The trained and the untrained one, in evaluation mode.
    data : ShardDataset
        The split of the lines.
    read : ReadLines
        Lines.
    progress : Progress
        Reports clips.
    """
    clip_of_id = {clip_id: clip for clip, clip_id in enumerate(data.clip_ids)}
    rows: list[int] = []
    found: list[dict[str, float]] = []
    shares: list[float] = []
    chosen = one_line_per_video(read)
    for row in progress(chosen, len(chosen), "clips"):
        line = read.lines[row]
        views = len(line.on_object)
        directions = _candidates(views)
        try:
            objects = data.object_directions(clip_of_id[line.clip_id])
            if not len(objects):
                continue
            request, _ = request_of_line(data, clip_of_id, line, directions)
            sample = data.load(request)
            covariance = data.covariance(request)
        except BadClipError:
            continue
        errors = nearest_distance(directions, objects)
        trained, untrained = (
            _embedded(network, sample["video"], sample["audio"], views) for network in networks
        )
        scores = {
            "outcome": _scores(*trained),
            "untrained": _scores(*untrained),
            "blind_mean": _scores(_mean(trained[0]), trained[1]),
            "deaf": _scores(trained[0], _mean(trained[1])),
        }
        columns = {name: _is_near(errors[int(s.argmax())]) for name, s in scores.items()}
        columns["error"] = float(errors[int(scores["outcome"].argmax())])
        columns["random_error"] = float(errors.mean())
        columns["intensity_error"] = float(nearest_distance(_intensity(covariance), objects)[0])
        rows.append(row)
        found.append(columns)
        shares.append(float(np.mean(errors <= NEAR)))
    names = found[0] if found else {}
    columns_of_all = {name: torch.tensor([columns[name] for columns in found]) for name in names}
    return Search(rows, columns_of_all, float(np.mean(shares)) if shares else 0.0)


def _candidates(views: int) -> NDArray[np.float64]:
    """Directions `(n, 2)` over the sphere; n is a multiple of the viewpoints of a sample."""
    vectors = fibonacci_sphere(views * -(-CANDIDATES // views))
    return np.stack(to_direction(vectors), -1)


def _embedded(
    network: AudioVisual, video: Tensor, audio: Tensor, views: int
) -> tuple[Tensor, Tensor]:
    """Embed crops and audio of n directions, `(n, D)` each, in groups as large as a sample's.

    Each group is spread over the sphere, as the viewpoints of a sample are.
    """
    features = (
        network.video_features(video[None].to(device()))[0],
        network.audio_features(audio[None].to(device()))[0],
    )
    grouped = [values.unflatten(0, (views, -1)).transpose(0, 1) for values in features]
    embedded = network.project_video(grouped[0]), network.project_audio(grouped[1])
    video_rows, audio_rows = (values.transpose(0, 1).flatten(0, 1).cpu() for values in embedded)
    return video_rows, audio_rows


def _scores(video: Tensor, audio: Tensor) -> Tensor:
    return (video * audio).sum(-1)


def _mean(rows: Tensor) -> Tensor:
    """Put the mean in the place of all rows: what does not know the direction."""
    return normalize(rows.mean(0), dim=-1).expand_as(rows)


def _intensity(covariance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Direction `(1, 2)` of the intensity summed over a covariance `(10, frames, bands)`."""
    sums = covariance.astype(float).sum((1, 2))
    y, z, x = (sums[PAIRS.index((0, dipole))] for dipole in (1, 2, 3))
    return np.stack(to_direction([[x, y, z]]), -1)


def _is_near(error: float) -> float:
    return float(error <= NEAR)
