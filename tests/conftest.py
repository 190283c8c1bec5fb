"""Fixtures that many tests share."""

import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from foa360.config.features import Features
from foa360.core.records import CuratedClip

# As in the workflow: threads that have no work leave the cores to other processes.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# The same examples every time, so that a change is what makes a test fail;
# `pytest --hypothesis-profile default` tries others.
# Nor does a slow machine make one fail.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _same_random_numbers() -> None:
    """Give each test the same random numbers, whichever tests ran before in its process."""
    import torch

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (libraries may draw from it)
    torch.default_generator.manual_seed(0)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real recordings; tests that need it skip where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("FOA360_REAL_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"real recordings are not here: {folder} (set FOA360_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_weights(real_data: Path) -> Path:
    """Path of a real COCO detector beside the real recordings."""
    path = real_data.parent / "weights" / "yolo11n_coco.pt"
    if not path.is_file():
        pytest.skip(f"no detector weights at {path}")
    return path


@pytest.fixture(scope="session")
def write_features(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a feature shard from rows of the curation table and the files of their videos.

    The other tables are those that the stages would write; every kept clip gets the same
    viewpoints, pairs of degrees.
    """
    # Imported here: most tests do not need the stage.
    from support.clips import fetched_video, kept_clips, planned_clip, viewpoints_of_clip

    from foa360.core import tables
    from foa360.core.jobs import Progress
    from foa360.core.records import FetchedVideo, KeptClip, PlannedClip, Viewpoint
    from foa360.stages.features.stage import FeatureFiles, write_features

    def write(
        media: dict[str, Path],
        clips: list[CuratedClip],
        viewpoints: Sequence[Sequence[float]],
        settings: Features,
        output: Path | None = None,
        progress: Progress | None = None,
    ) -> Path:
        folder = tmp_path_factory.mktemp("shard")
        files = FeatureFiles(
            plan=folder / "plan.parquet",
            fetch=folder / "fetch.parquet",
            kept=folder / "kept.parquet",
            viewpoints=folder / "viewpoints.parquet",
            frames=None,
            output=output or folder / "s0000.h5",
        )
        videos = dict.fromkeys(clip.video_id for clip in clips)
        chosen = []
        for clip in clips:
            if clip.verdict == "kept":
                chosen += viewpoints_of_clip(clip, viewpoints)
        tables.write(files.plan, [planned_clip(clip) for clip in clips], PlannedClip)
        fetched = [fetched_video(video, media.get(video, Path("nowhere"))) for video in videos]
        tables.write(files.fetch, fetched, FetchedVideo)
        tables.write(files.kept, kept_clips(clips), KeptClip)
        tables.write(files.viewpoints, chosen, Viewpoint)
        write_features("s0000", files, settings, "1", progress or Progress("features"))
        return files.output

    return write


@pytest.fixture(scope="session")
def write_sample_shard(
    tmp_path_factory: pytest.TempPathFactory, write_features: Callable[..., Path]
) -> Callable[..., Path]:
    """Write a shard of some clips of `support.sample_shard`."""
    from support import sample_shard

    media = sample_shard.write_sample_media(tmp_path_factory.mktemp("media"))

    def write(
        clips: list[CuratedClip],
        settings: Features = sample_shard.SETTINGS,
        output: Path | None = None,
    ) -> Path:
        return write_features(media, clips, sample_shard.VIEWPOINTS, settings, output)

    return write


@pytest.fixture(scope="session")
def sample_shard(write_sample_shard: Callable[..., Path]) -> Path:
    """Path of a shard of all clips of `support.sample_shard`, with all features."""
    from support.sample_shard import CLIPS

    return write_sample_shard(CLIPS)


@pytest.fixture
def damaged_shard(sample_shard: Path, tmp_path: Path) -> Path:
    """Path of a copy of that shard, with its checksum, that a test may damage."""
    for path in (sample_shard, sample_shard.with_name(f"{sample_shard.name}.sha256")):
        shutil.copy(path, tmp_path)
    return tmp_path / sample_shard.name
