"""AVC and AVSA as in the papers: a classifier on frozen features says yes or no.

After the evaluation of Morgado et al. (2020), used by Wang et al. (2022): the features of video and
audio at a viewpoint, a layer of hidden units, and logits that are averaged over the viewpoints. A
false pair has the audio of another video (AVC), or its own after a rotation by any yaw (AVSA).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from foa360.config.evaluate import Evaluate
from foa360.learning.checkpoint import single_thread
from foa360.learning.models.audiovisual import AudioVisual
from foa360.stages.evaluate.lines import Features, ReadLines

BATCH = 32
DROPOUT = 0.5
#: The learning rate falls to a tenth after this share of the epochs.
DECAY_SHARE = 0.5

#: Features `(n, K, F)` of the audio of false pairs, by the name of the evaluation.
FALSE_AUDIO: dict[str, Callable[[Features, ReadLines], Tensor]] = {
    "avc": lambda features, read: features.audio[read.partner],
    "avsa": lambda features, _: features.any_yaw,
}


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a classifier is given.

    views : number of viewpoints; None for all.
    translated : whether video is replaced by the audio that the network predicts from it.
    blind, deaf : whether video, or audio, is replaced by its mean.
    """

    views: int | None = None
    translated: bool = False
    blind: bool = False
    deaf: bool = False


@dataclass(frozen=True, kw_only=True)
class Classification:
    """A network, and its features of training and test lines, of which it has this number."""

    network: AudioVisual
    number: int
    train: ReadLines
    test: ReadLines

    def outcomes(self, evaluation: str, variant: Variant, settings: Evaluate, seed: int) -> Tensor:
        """Fit a classifier and return its outcomes `(n,)` on test lines.

        An outcome is the mean of the decisions about the true and the false pair of a line.
        """
        train_pairs, fitted_means = self._pairs(evaluation, self.train, variant, None)
        test_pairs, _ = self._pairs(evaluation, self.test, variant, fitted_means)
        torch.manual_seed(seed)
        with single_thread():
            classifier = _fit(train_pairs, settings)
        with torch.no_grad():
            true, false = (classifier(pairs).mean(1)[:, 0] for pairs in test_pairs)
        return (
            (true > 0).float() + (false < 0).float() + 0.5 * (true == 0) + 0.5 * (false == 0)
        ) / 2

    @torch.no_grad()
    def _pairs(
        self,
        evaluation: str,
        read: ReadLines,
        variant: Variant,
        means: tuple[Tensor, Tensor] | None,
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        """Return true and false pairs `(n, K, 2 F)` of decidable lines, and the means of both."""
        features = read.features[self.number]
        video, audio = features.video, features.audio
        if variant.translated:
            place = next(self.network.parameters()).device
            video = self.network.video_to_audio(video.to(place)).cpu()
        if means is None:
            means = video.mean((0, 1)), audio.mean((0, 1))
        rows = torch.from_numpy(read.decidable)
        both = []
        given_video = means[0].expand_as(video) if variant.blind else video
        for own in (audio, FALSE_AUDIO[evaluation](features, read)):
            given_audio = means[1].expand_as(own) if variant.deaf else own
            both.append(torch.cat([given_video, given_audio], -1)[rows, : variant.views])
        return (both[0], both[1]), means


def _fit(pairs: tuple[Tensor, Tensor], settings: Evaluate) -> nn.Module:
    """Fit a classifier, whose output `(n, K, 1)` is positive for a true pair."""
    size = pairs[0].shape[-1]
    inputs = torch.cat(pairs)
    labels = torch.cat([torch.ones(len(pairs[0])), torch.zeros(len(pairs[1]))])
    classifier = nn.Sequential(
        _Standardise(inputs),
        nn.Dropout(DROPOUT),
        nn.Linear(size, size // 2),
        nn.ReLU(),
        nn.Linear(size // 2, 1),
    )
    optimiser = torch.optim.Adam(classifier.parameters(), settings.learning_rate)
    decay = max(1, round(DECAY_SHARE * settings.epochs))
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, decay, 0.1)
    for _ in range(settings.epochs):
        for rows in torch.randperm(len(inputs)).split(BATCH):
            logits = classifier(inputs[rows]).mean(1)[:, 0]
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(logits, labels[rows]).backward()
            optimiser.step()
        schedule.step()
    return classifier.eval()


class _Standardise(nn.Module):
    """Subtract means and divide by deviations, so that one learning rate serves all networks."""

    def __init__(self, inputs: Tensor) -> None:
        super().__init__()
        self.mean = inputs.mean((0, 1))
        self.std = inputs.std((0, 1)).clamp_min(1e-6)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std
