"""Networks, losses, metrics, and training that goes on where it was interrupted."""

import json

import numpy as np
import pytest
import torch

from foa360.config.evaluate import Evaluate
from foa360.config.train import Train
from foa360.core.jobs import Progress
from foa360.data.batches import training_requests
from foa360.learning.losses import info_nce
from foa360.learning.metrics import cluster_bootstrap, wilson
from foa360.learning.models.audio import AudioNet
from foa360.learning.models.audiovisual import AudioVisual
from foa360.learning.models.video import VideoNet


def parameters(model) -> float:
    return round(sum(p.numel() for p in model.parameters()) / 1e6, 2)


def test_sizes_are_those_of_the_paper():
    assert parameters(VideoNet(64)) == 15.38
    assert parameters(AudioNet(4, 64)) == 4.74


@pytest.mark.parametrize("context", [False, True])
def test_embeddings_have_length_one_and_viewpoints_only_meet_in_context(context):
    torch.manual_seed(0)
    model = AudioVisual(4, context).eval()
    video = torch.randint(0, 255, (2, 3, 3, 2, 32, 32), dtype=torch.uint8)
    audio = torch.randn(2, 3, 7, 20, 16)
    with torch.no_grad():
        v, a = model(video, audio)
        changed = audio.clone()
        changed[:, 0] += 1
        other = model.embed_audio(changed)
    assert v.shape == a.shape == (2, 3, 128)
    torch.testing.assert_close(v.norm(dim=-1), torch.ones(2, 3))
    assert torch.allclose(a[:, 1], other[:, 1], atol=1e-6) is not context


def test_info_nce_has_its_closed_forms():
    x = torch.eye(5)
    assert info_nce(x, x, 0.01).item() == pytest.approx(0, abs=1e-6)
    same = torch.ones(5, 4) / 2
    assert info_nce(same, same).item() == pytest.approx(np.log(5))
    t = 0.5
    expected = -np.log(np.exp(1 / t) / (np.exp(1 / t) + 4))
    assert info_nce(x, x, t).item() == pytest.approx(expected, rel=1e-5)
    assert info_nce(x, x.roll(1, 0), 0.1).item() > 5


def test_other_clips_of_a_video_are_no_negatives():
    from foa360.stages.train.stage import siblings

    excluded = siblings(torch.tensor([3, 5, 3]), 2)
    assert excluded.shape == (6, 6)
    assert excluded[0].tolist() == [False, False, False, False, True, True]
    assert not excluded[2:4].any()
    x = torch.eye(6)
    t = 0.5
    expected = [np.log(1 + n * np.exp(-1 / t)) for n in (3, 3, 5, 5, 3, 3)]
    assert info_nce(x, x, t, excluded).item() == pytest.approx(np.mean(expected), rel=1e-5)


def test_wilson_interval():
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 0) == (0, 1)
    assert wilson(10, 10).high == pytest.approx(1)


def test_bootstrap_over_videos_is_wider_than_over_pairs():
    correct = np.repeat([1, 1, 1, 0, 1, 0, 1, 1], 50)
    videos = np.repeat(np.arange(8), 50)
    low, high = cluster_bootstrap(correct, videos)
    pairs = wilson(correct.sum(), len(correct))
    assert low < pairs.low
    assert high > pairs.high
    assert cluster_bootstrap(np.ones(9), np.arange(9)) == (1, 1)


def test_every_clip_comes_once_an_epoch_from_any_step_on():
    steps = list(training_requests(10, 5, 0, 0, 6))
    assert sorted(i for part in steps[:2] for i, *_ in part) == list(range(10))
    assert steps[0] != steps[2]
    assert list(training_requests(10, 5, 0, 3, 6)) == steps[3:]


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Shards of a few rendered videos, written by the stages themselves."""
    from foa360.config.curate import Curate
    from foa360.config.features import Features
    from foa360.config.load import load_config
    from foa360.config.viewpoints import Viewpoints
    from foa360.core import old_tables as tables
    from foa360.stages.curate.stage import curate_shard
    from foa360.stages.features.stage import write_shard
    from foa360.stages.fetch.stage import fetch_shard
    from foa360.stages.plan.stage import write_plan
    from foa360.stages.render.stage import render_shard
    from foa360.stages.viewpoints.stage import choose_viewpoints

    folder = tmp_path_factory.mktemp("shards")
    config = load_config(
        {"sources": [{"kind": "demo", "videos": 6, "seconds": 2.0}], "cache": str(folder / "cache")}
    )
    plan, progress = folder / "plan.parquet", Progress("test")
    write_plan(config, plan)
    frame = tables.read(plan)
    frame = frame[~frame["video_id"].str.startswith("defect")].reset_index(drop=True)
    tables.write_frame(plan, frame, tables.PLAN)
    paths = {
        name: folder / f"{name}.parquet"
        for name in ("fetch", "curation", "detections", "objects", "views", "agreement")
    }
    shard, media = frame["shard"].iloc[0], folder / "cache" / "demo" / "media"
    render_shard(
        list(frame["video_id"]), media, folder / "truth.json", config.sources[0], 0, progress
    )
    fetch_shard(plan, shard, folder / "cache", paths["fetch"], progress)
    curate_shard(plan, shard, paths["fetch"], paths["curation"], Curate(), progress)
    tables.write(paths["detections"], [], tables.DETECTIONS)
    tables.write(paths["objects"], [], tables.OBJECTS)
    choose_viewpoints(
        paths["fetch"], paths["curation"], paths["detections"], paths["objects"], paths["views"],
        paths["agreement"], Viewpoints(count=2), 1.0, 0, progress,
    )  # fmt: skip
    output = folder / "s0000.h5"
    settings = Features(n_mels=16, video_width=64, store=["video", "covariance"])
    write_shard(
        plan, shard, paths["fetch"], paths["curation"], paths["views"], output, settings, progress
    )
    return [output]


SETTINGS = Train(
    width=4, crop=32, frames=1, batch=4, avc_steps=60, avsa_steps=4, learning_rate=1e-3
)


@pytest.mark.slow
def test_an_interrupted_training_ends_in_the_same_weights(shards, tmp_path, monkeypatch):
    from foa360.stages.train import stage as loop

    loop.train(shards, "avc", None, tmp_path / "whole", SETTINGS, 0, Progress("test"))
    advance = loop._Run.advance

    def stops(self, batch, experiment, videos):
        if self.step == 55:
            raise KeyboardInterrupt
        advance(self, batch, experiment, videos)

    monkeypatch.setattr(loop._Run, "advance", stops)
    with pytest.raises(KeyboardInterrupt):
        loop.train(shards, "avc", None, tmp_path / "parts", SETTINGS, 0, Progress("test"))
    assert (tmp_path / "parts" / "checkpoint.pt").exists()
    monkeypatch.undo()
    loop.train(shards, "avc", None, tmp_path / "parts", SETTINGS, 0, Progress("test"))
    for name in ("model.pt", "curves.csv"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert not (tmp_path / "parts" / "checkpoint.pt").exists()


@pytest.mark.slow
def test_alignment_begins_with_what_correspondence_learnt_and_is_evaluated(shards, tmp_path):
    from foa360.learning.checkpoint import load
    from foa360.stages.evaluate.stage import evaluate
    from foa360.stages.train.stage import train

    brief = SETTINGS.model_copy(update={"avc_steps": 3, "avsa_steps": 0 + 1})
    train(shards, "avc", None, tmp_path / "avc", brief, 0, Progress("test"))
    init = tmp_path / "avc" / "model.pt"
    train(shards, "avsa", init, tmp_path / "avsa", brief, 0, Progress("test"))
    first, second = load(init)[0], load(tmp_path / "avsa" / "model.pt")[0]
    assert second.video_context is not None
    near = (first.video.layers[0].weight - second.video.layers[0].weight).abs().max()
    assert near < 2e-3
    for task in ("avc", "avsa"):
        output = tmp_path / f"{task}.json"
        evaluate(
            shards,
            tmp_path / "avsa" / "model.pt",
            task,
            output,
            Evaluate(pairs=8),
            0,
            Progress("test"),
        )
        first_bytes = output.read_bytes()
        evaluate(
            shards,
            tmp_path / "avsa" / "model.pt",
            task,
            output,
            Evaluate(pairs=8),
            0,
            Progress("test"),
        )
        assert output.read_bytes() == first_bytes
        result = json.loads(first_bytes)
        assert result["pairs"] == 8
        assert result["ci_low"] <= result["accuracy"] <= result["ci_high"]
