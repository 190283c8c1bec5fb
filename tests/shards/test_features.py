"""The registry of stored features, and all that reads it."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from pydantic import ValidationError
from support.sample_shard import ALL_FEATURES, CLIPS, SETTINGS, VIEWPOINTS

from foa360.config.docs import json_schema, reference
from foa360.config.features import FEATURE_PRESETS, Features
from foa360.shards import open_shard, verify
from foa360.shards.features import STORED_FEATURES, StoredFeature, bytes_per_clip
from foa360.shards.signals import ClipSignals

SECONDS = 2.0


@pytest.fixture
def peak_level(monkeypatch: pytest.MonkeyPatch) -> StoredFeature:
    """Register a feature in this test alone."""
    feature = StoredFeature(
        name="peak_level",
        axes="viewpoint channel",
        shape=lambda lengths: (lengths.viewpoints, 4),
        dtype="f4",
        unit="full scale",
        meaning="largest amplitude of the rotated W, Y, Z, X",
        compute=lambda clip: np.abs(clip.rotated_audio).max(-1),
    )
    monkeypatch.setitem(STORED_FEATURES, feature.name, feature)
    return feature


def test_a_registered_feature_is_in_shards(
    peak_level: StoredFeature, write_sample_shard: Callable[..., Path]
) -> None:
    settings = SETTINGS.model_copy(update={"store": ["rotated", "peak_level"]})
    path = write_sample_shard(CLIPS, settings)
    assert verify(path) == []
    with h5py.File(path) as file:
        dataset = file["peak_level"]
        assert dataset.attrs["axes"] == "clip viewpoint channel"
        assert dataset.attrs["unit"] == peak_level.unit
        assert dataset.attrs["meaning"] == peak_level.meaning
        assert dataset.dtype == np.float32
    with open_shard(path) as shard:
        assert "peak_level" in shard.names
        for clip in range(len(shard)):
            peak = np.abs(shard.audio("rotated", clip)).max(-1)
            assert shard.row("peak_level", clip) == pytest.approx(peak, abs=1e-3)
    assert bytes_per_clip(settings, 3, SECONDS)["peak_level"] == 3 * 4 * 4


@pytest.mark.usefixtures("peak_level")
def test_a_registered_feature_is_in_configuration_and_documentation() -> None:
    assert Features(store=["peak_level"]).store == ["peak_level"]
    allowed = json_schema()["$defs"]["Features"]["properties"]["store"]["items"]["enum"]
    assert allowed == [*ALL_FEATURES, "peak_level"]
    assert "`peak_level`" in reference()


def test_an_unregistered_feature_is_refused_with_the_registered_ones() -> None:
    with pytest.raises(ValidationError, match="interchannel") as error:
        Features(store=["peak_level"])
    assert error.value.errors()[0]["type"] == "literal_error"
    assert "peak_level" not in reference()


def test_presets_and_default_store_registered_features() -> None:
    for preset in FEATURE_PRESETS:
        assert set(Features(preset=preset).store) <= set(ALL_FEATURES)


def test_names_are_those_of_the_records() -> None:
    assert [feature.name for feature in STORED_FEATURES.values()] == list(STORED_FEATURES)


@pytest.mark.parametrize("name", sorted(set(ALL_FEATURES) - {"video"}))
def test_shapes_are_those_of_the_computed_values(name: str) -> None:
    from foa360.shards.features import axis_lengths

    random = np.random.default_rng(0)
    audio = random.normal(size=(4, round(SECONDS * SETTINGS.sample_rate))).astype(np.float32)
    clip = ClipSignals(audio, [], np.radians(VIEWPOINTS), SETTINGS)
    layout = STORED_FEATURES[name].layout(axis_lengths(SETTINGS, len(VIEWPOINTS), SECONDS))
    values = np.asarray(STORED_FEATURES[name].compute(clip))
    assert values.shape == layout.shape
    assert len(layout.axes.split()) == len(layout.shape)


def test_sizes_are_known_before_anything_is_written(sample_shard: Path) -> None:
    sizes = bytes_per_clip(SETTINGS, len(VIEWPOINTS), SECONDS)
    assert list(sizes) == list(ALL_FEATURES)
    with h5py.File(sample_shard) as file:
        for name in set(ALL_FEATURES) - {"video"}:
            assert sizes[name] == file[name][0].nbytes


def test_the_size_of_images_grows_with_their_area() -> None:
    small = bytes_per_clip(Features(video_width=384, store=["video"]), 4, 10.0)["video"]
    large = bytes_per_clip(Features(video_width=768, store=["video"]), 4, 10.0)["video"]
    assert 500_000 < small < 600_000
    assert large == pytest.approx(4 * small, rel=0.01)
