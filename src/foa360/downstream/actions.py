"""Protocol of action recognition: a linear layer on the video network, frozen or fine-tuned.

After Morgado et al. (2020): random clips in training, evenly spaced ones in test, whose scores are
averaged. "Linear" learns the layer alone, on features that are computed once; "fine-tuned" learns
all weights.
"""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foa360.config.downstream import Downstream
from foa360.data.batches import read_ahead
from foa360.downstream.layout import LabelledVideo
from foa360.downstream.video_clips import Clip, ClipShape, RandomClip, even_clips, random_clips
from foa360.learning.checkpoint import device, single_thread
from foa360.learning.models.audiovisual import AudioVisual
from foa360.media.container import MediaError

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

DROPOUT = 0.5
#: Shares of the epochs after which the learning rate falls, and to what.
MILESTONES, DECAY = (0.4, 0.6, 0.8), 0.3

T = TypeVar("T")
Part = TypeVar("Part")

#: Errors of the videos that cannot be read, by name.
Unread = dict[str, MediaError]


class VideoScores(NamedTuple):
    """Log-probabilities `(clips, classes)` of the clips of each video that could be read."""

    scores: dict[str, NDArray[np.float32]]
    unread: Unread


@dataclass(frozen=True, kw_only=True)
class ActionProtocol:
    """Settings that all systems share.

    shape : of the clips, as the networks were trained with.
    classes : number of classes.
    train_clips : clips of a training video in an epoch.
    settings : section `downstream` of the configuration.
    seed : of the layer, of the order and of random clips.
    threads : number of threads that read.
    """

    shape: ClipShape
    classes: int
    train_clips: int
    settings: Downstream
    seed: int
    threads: int

    def linear(
        self,
        networks: Sequence[AudioVisual],
        train: Sequence[LabelledVideo],
        test: Sequence[LabelledVideo],
        progress: "Progress",
    ) -> tuple[list[VideoScores], Unread]:
        """Fit a linear layer on the features of each network, and apply it to the test videos.

        All networks are given the same clips.

        Returns
        -------
        list of VideoScores
            One for each network.
        dict
            Training videos that cannot be read.
        """
        seen, unread = self._features(networks, train, self._random_part, progress)
        tested, untested = self._features(networks, test, self._even_part, progress)
        scores = []
        for number in range(len(networks)):
            layer = self._fit_linear([of[number] for of in seen.values()], train, list(seen))
            with torch.no_grad():
                found = {
                    name: layer(features[number]).log_softmax(1).numpy()
                    for name, features in tested.items()
                }
            scores.append(VideoScores(found, untested))
        return scores, unread

    def fine_tuned(
        self,
        network: AudioVisual,
        train: Sequence[LabelledVideo],
        test: Sequence[LabelledVideo],
        progress: "Progress",
    ) -> VideoScores:
        """Train a copy of the video network with a linear layer, and apply it to the test videos.

        Training videos must be readable. Raises FloatingPointError where a loss is not finite.
        """
        torch.manual_seed(self.seed)
        model = copy.deepcopy(network)
        head = nn.Sequential(nn.Dropout(DROPOUT), self._layer(network)).to(device())
        weights = [*model.video.parameters(), *head.parameters()]
        optimiser = torch.optim.Adam(weights, self.settings.learning_rate)
        schedule = self._schedule(optimiser)
        model.train()
        head.train()
        batches = self._training_batches(train)
        steps = math.ceil(len(train) * self.train_clips / self.settings.batch)
        total = steps * self.settings.epochs
        for step, (videos, clips) in enumerate(progress(batches, total, "steps")):
            labels = torch.tensor([video.label for video in videos], device=device())
            loss = nn.functional.cross_entropy(head(_features(model, clips)), labels)
            if not torch.isfinite(loss):
                names = ", ".join(video.name for video in videos)
                raise FloatingPointError(
                    f"the loss is {float(loss.detach())} at step {step}; videos: {names}"
                )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if (step + 1) % steps == 0:
                schedule.step()
        model.eval()
        head.eval()
        scores: dict[str, NDArray[np.float32]] = {}
        unread: Unread = {}
        for video, clips in self._read(test, self._even_part, unread, progress):
            with torch.no_grad():
                logits = head(_features(model, clips)).float()
            scores[video.name] = logits.log_softmax(1).cpu().numpy()
        return VideoScores(scores, unread)

    def _features(
        self,
        networks: Sequence[AudioVisual],
        videos: Sequence[LabelledVideo],
        read: Callable[[LabelledVideo], Clip],
        progress: "Progress",
    ) -> tuple[dict[str, list[Tensor]], Unread]:
        """Compute features `(clips, F)` of each network for videos that can be read."""
        features: dict[str, list[Tensor]] = {}
        unread: Unread = {}
        for video, clips in self._read(videos, read, unread, progress):
            with torch.no_grad():
                of_networks = [_features(network, clips).float().cpu() for network in networks]
            features[video.name] = of_networks
        return features, unread

    def _read(
        self,
        videos: Sequence[LabelledVideo],
        read: Callable[[LabelledVideo], Clip],
        unread: Unread,
        progress: "Progress",
    ) -> Iterator[tuple[LabelledVideo, Clip]]:
        """Yield the clips of videos in order; those that cannot be read are added to `unread`."""
        found = _in_threads(partial(_or_error, read), videos, self.threads)
        for video, clips in zip(videos, progress(found, len(videos), "videos"), strict=True):
            if isinstance(clips, MediaError):
                unread[video.name] = clips
            else:
                yield video, clips

    def _random_part(self, video: LabelledVideo) -> Clip:
        draws = [RandomClip.of(self.seed, video.name, n) for n in range(self.train_clips)]
        return random_clips(video.path, self.shape, draws)

    def _even_part(self, video: LabelledVideo) -> Clip:
        return even_clips(video.path, self.shape, self.settings.test_clips)

    def _training_batches(
        self, train: Sequence[LabelledVideo]
    ) -> Iterator[tuple[list[LabelledVideo], Clip]]:
        """Yield the batches of all epochs; one is read while the network works on another."""

        def parts() -> Iterator[list[tuple[LabelledVideo, RandomClip]]]:
            for epoch in range(self.settings.epochs):
                order = np.random.default_rng([self.seed, epoch]).permutation(
                    len(train) * self.train_clips
                )
                for numbers in _groups(order.tolist(), self.settings.batch):
                    chosen = [train[number % len(train)] for number in numbers]
                    yield [
                        (video, RandomClip.of(self.seed, epoch, video.name, number))
                        for video, number in zip(chosen, numbers, strict=True)
                    ]

        with ThreadPoolExecutor(self.threads) as pool:

            def read(
                part: list[tuple[LabelledVideo, RandomClip]],
            ) -> tuple[list[LabelledVideo], Clip]:
                clips = pool.map(
                    lambda item: random_clips(item[0].path, self.shape, [item[1]]), part
                )
                return [video for video, _ in part], np.concatenate(list(clips))

            yield from read_ahead(read, parts())

    def _fit_linear(
        self, features: list[Tensor], train: Sequence[LabelledVideo], names: Sequence[str]
    ) -> nn.Module:
        """Fit a layer with the same optimiser and schedule as in fine-tuning."""
        label_of = {video.name: video.label for video in train}
        labels = torch.tensor([label_of[name] for name in names]).repeat_interleave(
            self.train_clips
        )
        inputs = torch.cat(features)
        torch.manual_seed(self.seed)
        layer = nn.Linear(inputs.shape[1], self.classes)
        optimiser = torch.optim.Adam(layer.parameters(), self.settings.learning_rate)
        schedule = self._schedule(optimiser)
        with single_thread():
            for _ in range(self.settings.epochs):
                for rows in torch.randperm(len(inputs)).split(self.settings.batch):
                    logits = layer(nn.functional.dropout(inputs[rows], DROPOUT))
                    optimiser.zero_grad()
                    nn.functional.cross_entropy(logits, labels[rows]).backward()
                    optimiser.step()
                schedule.step()
        return layer

    def _layer(self, network: AudioVisual) -> nn.Linear:
        return nn.Linear(network.video_head.in_features, self.classes)

    def _schedule(self, optimiser: torch.optim.Optimizer) -> torch.optim.lr_scheduler.MultiStepLR:
        milestones = [max(1, round(share * self.settings.epochs)) for share in MILESTONES]
        return torch.optim.lr_scheduler.MultiStepLR(optimiser, milestones, DECAY)


def _features(network: AudioVisual, clips: Clip) -> Tensor:
    """Compute features `(n, F)` of clips `(n, 3, frames, crop, crop)`."""
    place = device()
    with torch.autocast("cuda", torch.bfloat16, enabled=place.type == "cuda"):
        return network.video_features(torch.from_numpy(clips)[:, None].to(place))[:, 0]


def _or_error(read: Callable[[LabelledVideo], Clip], video: LabelledVideo) -> Clip | MediaError:
    try:
        return read(video)
    except MediaError as error:
        return error


def _in_threads(read: Callable[[Part], T], parts: Sequence[Part], threads: int) -> Iterator[T]:
    """Yield what is read of each part in order, a few of them ahead."""
    with ThreadPoolExecutor(threads) as pool:
        for some in _groups(parts, 2 * threads):
            yield from pool.map(read, some)


def _groups(items: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
