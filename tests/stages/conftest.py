"""Fixtures of several stages."""

import pytest

from foa360.core.jobs import Progress


@pytest.fixture(scope="session")
def training_shards(tmp_path_factory):
    """Shards of a few rendered videos, written by the stages themselves."""
    from foa360.config.curate import Curate
    from foa360.config.features import Features
    from foa360.config.fetch import Fetch
    from foa360.config.load import load_config
    from foa360.config.viewpoints import Viewpoints
    from foa360.core import tables
    from foa360.core.records import Detection, PlannedClip, TrackedObject
    from foa360.stages.curate.stage import CurateFiles, curate_shard
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
        for name in ("fetch", "curation", "detections", "objects", "views", "agreement")
    }
    shard = clips[0].shard
    render_files = RenderFiles(
        plan=plan, media=folder / "cache" / "demo" / "media", truth=folder / "truth.json"
    )
    render_shard(shard, render_files, config.sources[0], 0, progress)
    fetch_files = FetchFiles(plan=plan, cache=folder / "cache", output=paths["fetch"])
    fetch_shard(shard, fetch_files, Fetch(), progress)
    curate_files = CurateFiles(plan=plan, fetch=paths["fetch"], curation=paths["curation"])
    curate_shard(shard, curate_files, Curate(), progress)
    tables.write(paths["detections"], [], Detection)
    tables.write(paths["objects"], [], TrackedObject)
    viewpoint_files = ViewpointFiles(
        fetch=paths["fetch"],
        curation=paths["curation"],
        detections=paths["detections"],
        objects=paths["objects"],
        viewpoints=paths["views"],
        agreement=paths["agreement"],
    )
    choose_viewpoints(viewpoint_files, Viewpoints(count=2), 1.0, 0, progress)
    output = folder / "s0000.h5"
    settings = Features(n_mels=16, video_width=64, store=["video", "covariance"])
    feature_files = FeatureFiles(
        plan=plan,
        fetch=paths["fetch"],
        curation=paths["curation"],
        viewpoints=paths["views"],
        output=output,
    )
    write_features(shard, feature_files, settings, progress)
    return [output]
