"""Choices between two: does the true pair of video and audio score above a false one?"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import normalize

from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.scores import clip_embedding, matching_scores
from foa360.stages.evaluate.lines import ReadLines


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Embeddings of the lines of a test list, by one network.

    video, audio : (n, K, D), unit vectors.
    other_audio : (n, K, D), of a clip of another video.
    misaligned : (n, K, D), of the audio after its rotation by the yaw offset of the line.
    shifted : (n, K, D), of the audio at another time of the clip.
    stranger : (n,), row of a line of a third video.
    views : (n, 2), viewpoints that are matched.
    """

    video: Tensor
    audio: Tensor
    other_audio: Tensor
    misaligned: Tensor
    shifted: Tensor
    stranger: Tensor
    views: Tensor


@torch.no_grad()
def embed(network: AudioVisual, number: int, read: ReadLines) -> Embedded:
    """Embed the features of lines by a network, whose features have that number."""
    features = read.features[number]
    place = next(network.parameters()).device
    video = network.project_video(features.video.to(place)).cpu()
    audio, misaligned, shifted = (
        network.project_audio(values.to(place)).cpu()
        for values in (features.audio, features.misaligned, features.shifted)
    )
    return Embedded(
        video=video,
        audio=audio,
        other_audio=audio[read.partner],
        misaligned=misaligned,
        shifted=shifted,
        stranger=read.stranger,
        views=torch.tensor([(line.view_a, line.view_b) for line in read.lines]),
    )


def correspondence(lines: Embedded) -> Tensor:
    """Outcomes `(n,)` of own audio against that of another video."""
    return _clip_choice(lines.video, lines.audio, lines.other_audio)


def synchronisation(lines: Embedded) -> Tensor:
    """Outcomes `(n,)` of own audio against that of another time of the clip."""
    return _clip_choice(lines.video, lines.audio, lines.shifted)


def alignment(lines: Embedded) -> Tensor:
    """Outcomes `(n,)` of aligned audio against the same audio rotated by 60° to 300° of yaw."""
    true = matching_scores(lines.video, lines.audio)
    return _outcomes(true, matching_scores(lines.video, lines.misaligned))


def matching(lines: Embedded) -> Tensor:
    """Outcomes `(n,)` of assigning the audio of two viewpoints of a clip to their video.

    Each of the four embeddings takes part in both scores, so that what does not depend on both
    video and audio cancels: a network that sees nothing, or hears nothing, decides no better than
    by chance, whatever its preferences.
    """
    rows = torch.arange(len(lines.views))
    video_a, video_b = (lines.video[rows, lines.views[:, side]] for side in (0, 1))
    audio_a, audio_b = (lines.audio[rows, lines.views[:, side]] for side in (0, 1))
    true = (video_a * audio_a).sum(-1) + (video_b * audio_b).sum(-1)
    return _outcomes(true, (video_a * audio_b).sum(-1) + (video_b * audio_a).sum(-1))


#: Evaluations of pairs, by the name of their file.
CHOICES: dict[str, Callable[[Embedded], Tensor]] = {
    "avc_choice": correspondence,
    "avts_choice": synchronisation,
    "avsa_choice": alignment,
    "matching": matching,
}


def blind_other(lines: Embedded) -> Embedded:
    """Exchange the video for that of a third video."""
    return replace(lines, video=lines.video[lines.stranger])


def blind_mean(lines: Embedded) -> Embedded:
    """Exchange the video for the mean of all."""
    mean = normalize(lines.video.mean((0, 1)), dim=-1)
    return replace(lines, video=mean.expand_as(lines.video))


def deaf(lines: Embedded) -> Embedded:
    """Exchange the clip's own audio for that of a third video, as it is and rotated or shifted."""
    return replace(
        lines,
        audio=lines.audio[lines.stranger],
        misaligned=lines.misaligned[lines.stranger],
        shifted=lines.shifted[lines.stranger],
    )


#: What a trained network decides without the information that its figure is about.
WITHOUT: dict[str, Callable[[Embedded], Embedded]] = {
    "blind_other": blind_other,
    "blind_mean": blind_mean,
    "deaf": deaf,
}


def _clip_choice(video: Tensor, audio: Tensor, other: Tensor) -> Tensor:
    """Outcomes of a choice of audio, with one embedding per clip."""
    video, audio, other = (clip_embedding(values)[:, None] for values in (video, audio, other))
    return _outcomes(matching_scores(video, audio), matching_scores(video, other))


def _outcomes(true: Tensor, false: Tensor) -> Tensor:
    """1 where the true score is higher, 0 where it is lower, ½ where they are equal."""
    return 0.5 + 0.5 * torch.sign(true - false)
