"""Embeddings of lists of clips."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from support.miniatures import write_network
from support.sample_shard import SETTINGS

from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import Embedding
from foa360.learning.checkpoint import load
from foa360.shards.read import open_shard
from foa360.stages.embeddings.stage import EmbeddingFiles, write_embeddings


def run(shard: Path, listed: list[str], tmp_path: Path) -> list[Embedding]:
    (tmp_path / "clips.txt").write_text("\n".join(listed))
    files = EmbeddingFiles(
        shards=[shard],
        clips=tmp_path / "clips.txt",
        model=write_network(tmp_path / "model.pt", bands=SETTINGS.n_mels),
        output=tmp_path / "embeddings.parquet",
    )
    write_embeddings(files, Progress("test"))
    return tables.read(files.output, Embedding)


def test_rows_follow_the_list_and_videos_stand_for_their_clips(sample_shard: Path, tmp_path: Path):
    with open_shard(sample_shard) as shard:
        clips = shard.texts("clip_id").tolist()
        videos = shard.texts("video_id").tolist()
        viewpoints = shard.viewpoints(len(clips) - 1)
    of_video = [clip for clip, video in zip(clips, videos, strict=True) if video == videos[0]]
    listed = [clips[-1], "# a comment", videos[0], clips[-1], "nowhere_0"]
    rows = run(sample_shard, listed, tmp_path)
    found = list(dict.fromkeys(row.clip_id for row in rows))
    assert found == list(dict.fromkeys([clips[-1], *of_video, "nowhere_0"]))
    assert (rows[-1].clip_id, rows[-1].reason) == ("nowhere_0", "not_in_shards")
    assert rows[-1].video is None
    of_last = [row for row in rows if row.clip_id == clips[-1]]
    assert [row.viewpoint for row in of_last] == list(range(len(viewpoints)))
    assert np.allclose([(r.azimuth, r.elevation) for r in of_last], viewpoints, atol=1e-6)
    model, _ = load(tmp_path / "model.pt")
    assert model.context
    for row in rows[:-1]:
        for vector in (row.video, row.audio):
            assert torch.tensor(vector).norm() == pytest.approx(1, abs=1e-5)


def test_a_damaged_clip_is_a_row_with_a_reason(damaged_shard: Path, tmp_path: Path):
    with h5py.File(damaged_shard, "r+") as file:
        file["covariance"][0, 0] += 1
        clips = [name.decode() for name in file["clip_id"][:]]
    rows = run(damaged_shard, clips, tmp_path)
    assert [(row.clip_id, row.reason) for row in rows if row.reason] == [(clips[0], "damaged")]
    assert {row.clip_id for row in rows} == set(clips)
