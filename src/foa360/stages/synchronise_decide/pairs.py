"""Samples of test clips, each with another one for the controls, and decisions about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from foa360.data.batches import read_ahead
from foa360.data.samples import BadClipError, SampleKey, require_finite_values
from foa360.data.shifted import ShiftedClips
from foa360.data.shifted_samples import ShiftedRequest, ShiftedSample
from foa360.learning.checkpoint import device
from foa360.learning.synchronisation.network import FusedNet, log_odds
from foa360.learning.synchronisation.objective import outcomes

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Name of the evaluation.
SYNCHRONISATION = "synchronisation"
#: Samples per batch.
BATCH = 8


class Pair(NamedTuple):
    """A sample, and one of another video, whose video or audio controls have."""

    own: SampleKey
    stranger: SampleKey


class _Read(NamedTuple):
    """A sample, and the other one of its pair."""

    number: int
    request: ShiftedRequest
    own: ShiftedSample
    other: ShiftedSample


class Decided(NamedTuple):
    """Decisions about a sample: outcomes with own and with shifted audio, by column."""

    number: int
    request: ShiftedRequest
    outcomes: dict[str, list[float]]


@dataclass(frozen=True)
class DecidedSamples:
    """Decisions, and the ids of clips that could not be read."""

    samples: list[Decided]
    unreadable: list[str]


def pairs_of(clips: ShiftedClips, drawn: Sequence[int]) -> list[Pair]:
    """Make samples of drawn clips; the stranger is the next one of another video.

    None where all are of one video.
    """
    videos = [clips.clips.videos[clip] for clip in drawn]
    if len(set(videos)) < 2:
        return []
    keys = [SampleKey(clip, number) for number, clip in enumerate(drawn)]
    pairs = []
    for number, key in enumerate(keys):
        later = [*range(number + 1, len(keys)), *range(number)]
        stranger = next(other for other in later if videos[other] != videos[number])
        pairs.append(Pair(key, keys[stranger]))
    return pairs


@torch.no_grad()
def decide(
    networks: Sequence[FusedNet],
    clips: ShiftedClips,
    pairs: Sequence[Pair],
    progress: "Progress",
) -> DecidedSamples:
    """Decide about the own and the shifted audio of each sample.

    Parameters
    ----------
    networks : sequence of FusedNet
        The trained and the untrained one, in evaluation mode.
    clips : ShiftedClips
        Test clips.
    pairs : sequence of Pair
        Samples.
    progress : Progress
        Reports batches.
    """
    trained, untrained = networks
    unreadable: dict[str, None] = {}
    numbered = list(enumerate(pairs))
    parts = [numbered[first : first + BATCH] for first in range(0, len(numbered), BATCH)]
    read = partial(_read, clips, unreadable)
    found: list[Decided] = []
    for part in progress(read_ahead(read, parts), len(parts), "batches"):
        if not part:
            continue
        own, stranger = _stacked([row.own for row in part]), _stacked([row.other for row in part])
        logits = log_odds(trained(own.video, torch.cat([own.audio, stranger.audio], 1)))
        columns = {
            "outcome": logits[:, :2],
            "deaf": logits[:, 2:],
            "blind_other": log_odds(trained(stranger.video, own.audio)),
            "untrained": log_odds(untrained(own.video, own.audio)),
        }
        right = {name: outcomes(values).tolist() for name, values in columns.items()}
        for place, row in enumerate(part):
            of_sample = {name: values[place] for name, values in right.items()}
            found.append(Decided(row.number, row.request, of_sample))
    return DecidedSamples(found, sorted(unreadable))


def _read(
    clips: ShiftedClips, unreadable: dict[str, None], numbered: Iterable[tuple[int, Pair]]
) -> list[_Read]:
    """Read samples with their strangers; add the ids of clips that cannot be read."""
    read = []
    for number, pair in numbered:
        try:
            requests = [clips.draw(key) for key in pair]
            own, stranger = map(clips.load, requests)
            for key, sample in zip(pair, (own, stranger), strict=True):
                require_finite_values(clips.clips.clip_ids[key.clip], sample.audio)
        except BadClipError as error:
            unreadable[error.clip_id] = None
            continue
        read.append(_Read(number, requests[0], own, stranger))
    return read


def _stacked(samples: Sequence[ShiftedSample]) -> ShiftedSample:
    tensors: list[Tensor] = [torch.stack(parts) for parts in zip(*samples, strict=True)]
    return ShiftedSample(*(tensor.to(device()) for tensor in tensors))
