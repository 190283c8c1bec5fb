"""Fixtures of several stages."""

import pytest

from foa360.core.jobs import Progress


@pytest.fixture(scope="session")
def training_shards(tmp_path_factory):
    """Shards of a few rendered videos, written by the stages themselves."""
    from support.curation import CurationFiles, curate_shard

    from foa360.config.features import Features
    from foa360.config.fetch import Fetch
    from foa360.config.load import load_config
    from foa360.config.viewpoints import Viewpoints
    from foa360.core import tables
    from foa360.core.records import Detection, PlannedClip, TrackedObject
    from foa360.stages.features.stage import FeatureFiles, write_features
    from foa360.stages.fetch.stage import FetchFiles, fetch_shard
    from foa360.stages.plan.stage import write_plan
    from foa360.stages.render.stage import RenderFiles, render_shard
    from foa360.stages.viewpoints.stage import ViewpointFiles, choose_viewpoints

    folder = tmp_path_factory.mktemp("shards")
    config = load_config(
        {"sources": [{"kind": "demo", "videos": 6, "seconds": 2.0}], "cache": str(folder / "cache")}
    )
    plan, progress = folder / "plan.parquet", Progress("test")
    write_plan(config, plan)
    clips = tables.read(plan, PlannedClip)
    clips = [clip for clip in clips if not clip.video_id.startswith("defect")]
    tables.write(plan, clips, PlannedClip)
    paths = {
        name: folder / f"{name}.parquet"
        for name in ("fetch", "detections", "objects", "views", "agreement")
    }
    shard = clips[0].shard
    render_files = RenderFiles(
        plan=plan, media=folder / "cache" / "demo" / "media", truth=folder / "truth.json"
    )
    render_shard(shard, render_files, config.sources[0], 0, progress)
    fetch_files = FetchFiles(plan=plan, cache=folder / "cache", output=paths["fetch"])
    fetch_shard(shard, fetch_files, Fetch(), progress)
    settings = Features(n_mels=16, video_width=64, store=["video", "covariance"])
    curated = CurationFiles(plan, paths["fetch"], folder)
    curate_shard(shard, curated)
    tables.write(paths["detections"], [], Detection)
    tables.write(paths["objects"], [], TrackedObject)
    viewpoint_files = ViewpointFiles(
        measures=curated.measures,
        kept=curated.kept,
        detections=paths["detections"],
        objects=paths["objects"],
        viewpoints=paths["views"],
        agreement=paths["agreement"],
    )
    choose_viewpoints(viewpoint_files, Viewpoints(count=2), 1.0, 0, progress)
    output = folder / "s0000.h5"
    feature_files = FeatureFiles(
        plan=plan,
        fetch=paths["fetch"],
        kept=curated.kept,
        viewpoints=paths["views"],
        frames=curated.frames,
        output=output,
    )
    write_features(shard, feature_files, settings, "1", progress)
    return [output]
