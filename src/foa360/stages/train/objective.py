"""The loss of a batch that several processes may share."""

from collections.abc import Callable

from torch import Tensor, nn

from foa360.config.train import Train
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.processes import gathered
from foa360.tasks.task import Task, matching_accuracy


class Objective(nn.Module):
    """Networks and loss of a task.

    Each process computes the features of its own clips. From there on all of them compute the same,
    of the clips of all processes: so each clip has all others as negatives, and dropout leaves out
    what it would in one process.
    """

    def __init__(self, model: AudioVisual, task: Task, settings: Train) -> None:
        """Keep the network, whose parameters are trained."""
        super().__init__()
        self.model = model
        self.task = task
        self.settings = settings

    def forward(self, video: Tensor, audio: Tensor, videos: Tensor) -> tuple[Tensor, float]:
        """Compute the loss (nats) of a batch, and the share of matches that are found within it.

        Parameters
        ----------
        video : (B, K, 3, T, H, W)
            Crops.
        audio : (B, K, C, frames, bands)
            Spectra.
        videos : (B,)
            Number of each clip's video.
        """
        video_features = gathered(self.model.video_features(video))
        audio_features = gathered(self.model.audio_features(audio))
        videos = gathered(videos)
        windows = self.task.windows
        video_rows, audio_rows = (
            self.task.rows(_within_windows(project, features, windows)).float()
            for project, features in (
                (self.model.project_video, video_features),
                (self.model.project_audio, audio_features),
            )
        )
        rows_per_clip = len(video_rows) // len(videos)
        excluded = self.task.excluded(videos, rows_per_clip, self.settings)
        loss = self.task.loss(video_rows, audio_rows, excluded, self.settings.temperature)
        return loss, matching_accuracy(video_rows.detach(), audio_rows.detach(), excluded)


def _within_windows(project: Callable[[Tensor], Tensor], features: Tensor, windows: int) -> Tensor:
    """Embed features `(B, windows · K, F)`; viewpoints of other times are no context."""
    by_window = features.unflatten(1, (windows, -1)).flatten(0, 1)
    return project(by_window).unflatten(0, (-1, windows)).flatten(1, 2)
