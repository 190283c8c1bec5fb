"""Lines of the test list as samples, and their features by several networks in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foa360.core.records import TestLine
from foa360.data.batches import read_ahead
from foa360.data.dataset import ShardDataset
from foa360.data.draws import MIN_WINDOW_DISTANCE
from foa360.data.samples import BadClipError, SampleRequest, require_finite_values
from foa360.learning.checkpoint import device
from foa360.learning.models.audiovisual import AudioVisual

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Lines per batch.
BATCH = 16


@dataclass(frozen=True, kw_only=True)
class Features:
    """Features of n lines by one network, `(n, K, F)` each, before translation and projection.

    video, audio : of the line's clip.
    misaligned : of the audio after a rotation by `yaw_offset`.
    any_yaw : by `any_yaw`.
    shifted : of the audio at another time of the clip.
    """

    video: Tensor
    audio: Tensor
    misaligned: Tensor
    any_yaw: Tensor
    shifted: Tensor


@dataclass(frozen=True, kw_only=True)
class ReadLines:
    """The lines of a split that could be read.

    lines : the n lines, in order.
    labels : (n,) class of the main object of each clip; empty where there is none.
    partner, stranger : (n,) rows of the lines that these columns name.
    decidable : (n,) whether no decision about the line needs one that could not be read.
    shiftable : (n,) whether the clip is long enough for audio at another time.
    features : by each network.
    unreadable : ids of clips that could not be read.
    """

    lines: list[TestLine]
    labels: list[str]
    partner: Tensor
    stranger: Tensor
    decidable: NDArray[np.bool_]
    shiftable: NDArray[np.bool_]
    features: list[Features]
    unreadable: list[str]


class _Part(NamedTuple):
    """Samples of the readable lines of a part."""

    rows: list[int]
    shiftable: list[bool]
    video: Tensor
    audio: dict[str, Tensor]


@torch.no_grad()
def read_lines(
    networks: Sequence[AudioVisual],
    data: ShardDataset,
    lines: Sequence[TestLine],
    progress: "Progress",
) -> ReadLines:
    """Read each line once, and compute the features of its video and audio by each network.

    Parameters
    ----------
    networks : sequence of AudioVisual
        In evaluation mode.
    data : ShardDataset
        The split of the lines.
    lines : sequence of TestLine
        Of one split, in order.
    progress : Progress
        Reports batches.
    """
    clip_of_id = {clip_id: clip for clip, clip_id in enumerate(data.clip_ids)}
    unreadable: dict[str, None] = {}

    def read(rows: Sequence[int]) -> _Part | None:
        return _read(data, clip_of_id, lines, rows, unreadable)

    parts = [range(first, min(first + BATCH, len(lines))) for first in range(0, len(lines), BATCH)]
    rows: list[int] = []
    shiftable: list[bool] = []
    found: list[list[dict[str, Tensor]]] = [[] for _ in networks]
    for part in progress(read_ahead(read, parts), len(parts), "batches"):
        if part is None:
            continue
        rows += part.rows
        shiftable += part.shiftable
        for network, of_network in zip(networks, found, strict=True):
            features = {"video": network.video_features(part.video.to(device())).cpu()}
            for name, audio in part.audio.items():
                features[name] = network.audio_features(audio.to(device())).cpu()
            of_network.append(features)
    names = [field.name for field in fields(Features)]
    joined = [
        Features(**{name: torch.cat([part[name] for part in of_network]) for name in names})
        for of_network in (found if rows else [])
    ]
    row_of_number = {lines[row].number: place for place, row in enumerate(rows)}
    others = {
        name: np.array([row_of_number.get(getattr(lines[row], name), -1) for row in rows], int)
        for name in ("partner", "stranger")
    }
    read_of = [lines[row] for row in rows]
    return ReadLines(
        lines=read_of,
        labels=[data.labels[clip_of_id[line.clip_id]] for line in read_of],
        partner=torch.from_numpy(others["partner"].clip(0)),
        stranger=torch.from_numpy(others["stranger"].clip(0)),
        decidable=(others["partner"] >= 0) & (others["stranger"] >= 0),
        shiftable=np.array(shiftable, bool),
        features=joined,
        unreadable=sorted(unreadable),
    )


def _read(
    data: ShardDataset,
    clip_of_id: dict[str, int],
    lines: Sequence[TestLine],
    rows: Sequence[int],
    unreadable: dict[str, None],
) -> _Part | None:
    """Read lines; add the ids of clips that cannot be read. None where none can be."""
    read: list[int] = []
    shiftable, videos = [], []
    audios: dict[str, list[Tensor]] = {}
    for row in rows:
        line = lines[row]
        try:
            request, latest = request_of_line(data, clip_of_id, line)
            shift = latest / 2
            later = (request.start + shift) % latest if latest else request.start
            requests = {
                "misaligned": replace(request, yaw_offset=line.yaw_offset),
                "any_yaw": replace(request, yaw_offset=line.any_yaw),
                "shifted": replace(request, start=later),
            }
            sample = data.load(request)
            audio = {"audio": sample["audio"]}
            audio |= {name: data.load_audio(other) for name, other in requests.items()}
            require_finite_values(line.clip_id, *audio.values())
        except BadClipError as error:
            unreadable[error.clip_id] = None
            continue
        read.append(row)
        shiftable.append(shift >= MIN_WINDOW_DISTANCE)
        videos.append(sample["video"])
        for name, values in audio.items():
            audios.setdefault(name, []).append(values)
    if not read:
        return None
    stacked = {name: torch.stack(values) for name, values in audios.items()}
    return _Part(read, shiftable, torch.stack(videos), stacked)


def request_of_line(
    data: ShardDataset,
    clip_of_id: dict[str, int],
    line: TestLine,
    viewpoints: NDArray[np.floating] | None = None,
) -> tuple[SampleRequest, float]:
    """Request of a line, and the latest time at which a sample of its clip can start, s.

    `viewpoints` (n, 2) replace those of the line.
    """
    if line.clip_id not in clip_of_id:
        raise BadClipError(line.clip_id, "is in no shard")
    if viewpoints is None:
        viewpoints = np.array(line.viewpoints).reshape(-1, 2)
    middle = data.draw(clip_of_id[line.clip_id], viewpoints=viewpoints)
    latest = 2 * middle.start
    start = line.position * latest
    video_start = start + middle.video_start - middle.start
    return replace(middle, start=start, video_start=video_start), latest
