"""Transfer a trained video network to the recognition of actions, on one official split."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from foa360.config.downstream import Downstream
from foa360.config.train import Train
from foa360.core import tables
from foa360.core.records import DownstreamItem
from foa360.downstream import hmdb51, ucf101
from foa360.downstream.actions import ActionProtocol, Unread, VideoScores
from foa360.downstream.files import DownstreamFiles
from foa360.downstream.layout import ActionSet, LabelledVideo
from foa360.downstream.video_clips import ClipShape
from foa360.learning.checkpoint import load_with_untrained

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

READERS = {"ucf101": ucf101.read_ucf101, "hmdb51": hmdb51.read_hmdb51}
#: Number of classes of the whole data set, and clips of a training video in an epoch.
CLASSES = {"ucf101": ucf101.CLASSES, "hmdb51": hmdb51.CLASSES}
TRAIN_CLIPS = {"ucf101": 5, "hmdb51": 10}
NETWORKS = ("trained", "untrained")


def recognise_actions(
    data: str,
    split: int,
    files: DownstreamFiles,
    settings: Downstream,
    threads: int,
    progress: "Progress",
) -> None:
    """Write a row for each test video and system, and for each video that cannot be read.

    Systems are a linear layer on the frozen network (`linear`) and the whole network
    (`fine-tuned`), each from the trained weights and from random ones.

    Parameters
    ----------
    data : str
        `ucf101` or `hmdb51`.
    split : int
        Number of the official split, 1 to 3.
    files : DownstreamFiles
        Input and output paths.
    settings : Downstream
        Section `downstream` of the configuration.
    threads : int
        Number of threads that read videos.
    progress : Progress
        Reports videos and steps.

    Raises
    ------
    LayoutError
        Where the folder differs from the public layout.
    FloatingPointError
        Where a loss is not finite.
    """
    content = READERS[data](files.folder)
    chosen = content.splits[split - 1]
    networks, info = load_with_untrained(files.model)
    training = Train.model_validate_json(info.settings)
    protocol = ActionProtocol(
        shape=ClipShape(
            frames=training.frames,
            seconds=training.video_seconds or training.audio_seconds,
            crop=training.crop,
        ),
        classes=len(content.classes),
        train_clips=TRAIN_CLIPS[data],
        settings=settings,
        seed=info.seed,
        threads=threads,
    )
    linear, unread = protocol.linear(networks, chosen.train, chosen.test, progress)
    readable = [video for video in chosen.train if video.name not in unread]
    tuned = [protocol.fine_tuned(n, readable, chosen.test, progress) for n in networks]
    rows = _Rows(data, split, info.seed, content)
    written = list(rows.unread(chosen.train, unread, "train"))
    written += rows.unread(chosen.test, linear[0].unread, "test")
    for system, scores in (("linear", linear), ("fine-tuned", tuned)):
        for network, of_network in zip(NETWORKS, scores, strict=True):
            written += rows.decided(chosen.test, of_network, system, network)
    learnt = Counter(video.label for video in readable)
    untaught = [name for label, name in enumerate(content.classes) if not learnt[label]]
    for name in untaught:
        progress.say(f"{name}: no training video can be read")
    facts = {
        "classes": len(content.classes),
        "classes_of_the_data_set": CLASSES[data],
        "classes_without_training": untaught,
    }
    tables.write(files.output, written, DownstreamItem, {"facts": json.dumps(facts)})


@dataclass(frozen=True)
class _Rows:
    """Rows of one split."""

    data: str
    split: int
    seed: int
    content: ActionSet

    def unread(
        self, videos: Sequence[LabelledVideo], unread: Unread, role: str
    ) -> Iterator[DownstreamItem]:
        """Yield a row for each video that cannot be read."""
        for video in videos:
            error = unread.get(video.name)
            if error is not None:
                yield self._row(video, role, reason=error.reason, message=error.message)

    def decided(
        self, videos: Sequence[LabelledVideo], found: VideoScores, system: str, network: str
    ) -> Iterator[DownstreamItem]:
        """Yield a row for each video that a system has decided about."""
        for video in videos:
            scores = found.scores.get(video.name)
            if scores is None:
                continue
            mean = np.exp(scores.astype(float)).mean(0)
            predicted = int(mean.argmax())
            yield self._row(
                video,
                "test",
                system=system,
                network=network,
                predicted=self.content.classes[predicted],
                outcome=float(predicted == video.label),
                part_outcome=float((scores.argmax(1) == video.label).mean()),
                loss=float(-np.log(max(mean[video.label], np.finfo(float).tiny))),
                part_loss=float(-scores[:, video.label].mean()),
            )

    def _row(
        self,
        video: LabelledVideo,
        role: str,
        *,
        system: str = "",
        network: str = "",
        **values: str | float,
    ) -> DownstreamItem:
        return DownstreamItem(
            data=self.data,
            split=self.split,
            role=role,
            system=system,
            network=network,
            seed=self.seed,
            item=video.name,
            cluster=video.cluster,
            label=self.content.classes[video.label],
            **values,  # type: ignore[arg-type]
        )
