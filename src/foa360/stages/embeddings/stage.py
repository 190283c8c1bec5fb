"""Write the embeddings of the clips of a list, from their feature shards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from foa360.core import tables
from foa360.core.records import Embedding
from foa360.data.clips import SPLITS
from foa360.data.dataset import ShardDataset
from foa360.data.samples import BadClipError, require_finite_values
from foa360.learning.checkpoint import device, load, make_deterministic
from foa360.learning.model_data import model_dataset
from foa360.learning.models.audiovisual import AudioVisual
from foa360.lists.lines import read_lines, read_video_ids
from foa360.lists.table import is_table
from foa360.shards.read import open_shard

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Reasons of clips without embeddings.
NOT_IN_SHARDS, DAMAGED = "not_in_shards", "damaged"


@dataclass(frozen=True, kw_only=True)
class EmbeddingFiles:
    """Paths of the stage.

    shards : feature shards.
    clips : list of ids of clips or videos.
    model : weights, as the stage `train` writes them.
    output : Embedding.
    """

    shards: Sequence[Path]
    clips: Path
    model: Path
    output: Path


def write_embeddings(files: EmbeddingFiles, progress: "Progress") -> None:
    """Write a row for each clip of a list and viewpoint, of the middle of the clip.

    Rows are in the order of the list, each clip once; the id of a video stands for its clips. A
    clip that is in no shard, differs from its checksum or cannot be read is a row with a reason.

    Parameters
    ----------
    files : EmbeddingFiles
        Input and output paths.
    progress : Progress
        Reports clips.
    """
    model, info = load(files.model)
    make_deterministic(info.seed)
    model.eval()
    of_video = _clips_of_videos(files.shards)
    listed = [of_video.get(name, [name]) for name in _ids(files.clips)]
    wanted = list(dict.fromkeys(clip for clips in listed for clip in clips))
    datasets = [
        model_dataset(files.shards, split, info, only=wanted, verify=True) for split in SPLITS
    ]
    place = {
        clip_id: (dataset, number)
        for dataset in datasets
        for number, clip_id in enumerate(dataset.clip_ids)
    }
    damaged = {clip_id for dataset in datasets for clip_id in dataset.damaged}
    rows: list[Embedding] = []
    for clip_id in progress(wanted, len(wanted), "clips"):
        if clip_id in damaged:
            message = "differs from its checksum"
            rows.append(Embedding(clip_id=clip_id, reason=DAMAGED, message=message))
        elif clip_id not in place:
            rows.append(Embedding(clip_id=clip_id, reason=NOT_IN_SHARDS))
        else:
            try:
                rows += _embed(model, *place[clip_id])
            except BadClipError as error:
                rows.append(Embedding(clip_id=clip_id, reason=DAMAGED, message=str(error)))
    tables.write(files.output, rows, Embedding)


def _ids(path: Path) -> list[str]:
    """Return the ids of a list. Raises ListError."""
    return read_video_ids(path) if is_table(path) else [line.text for line in read_lines(path)]


def _clips_of_videos(shards: Sequence[Path]) -> dict[str, list[str]]:
    """Return the ids of the clips of each video."""
    clips: dict[str, list[str]] = {}
    for path in shards:
        with open_shard(path) as shard:
            pairs = zip(shard.texts("video_id"), shard.texts("clip_id"), strict=True)
            for video, clip in pairs:
                clips.setdefault(str(video), []).append(str(clip))
    return clips


def _embed(model: AudioVisual, data: ShardDataset, number: int) -> Iterator[Embedding]:
    """Yield a row for each viewpoint of a clip. Raises BadClipError."""
    sample = data.sample(number, None)
    require_finite_values(data.clip_ids[number], sample["audio"])
    target = device()
    with torch.no_grad():
        video, audio = model(sample["video"][None].to(target), sample["audio"][None].to(target))
    directions = np.asarray(sample["viewpoints"]).tolist()
    for view, (azimuth, elevation) in enumerate(directions):
        yield Embedding(
            clip_id=data.clip_ids[number],
            video_id=data.videos[number],
            split=data.split,
            viewpoint=view,
            azimuth=azimuth,
            elevation=elevation,
            video=video[0, view].cpu().tolist(),
            audio=audio[0, view].cpu().tolist(),
        )
