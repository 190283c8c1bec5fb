"""A network classifies the scenes of a miniature of TAU, from folder to table."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.miniatures import BANDS, write_network, write_tau2021

from foa360.ambisonics.field import stereo
from foa360.config.downstream import Downstream
from foa360.config.features import Features
from foa360.core import tables
from foa360.core.jobs import Progress
from foa360.core.records import DownstreamItem
from foa360.downstream.figures import figures
from foa360.downstream.files import DownstreamFiles
from foa360.downstream.layout import LayoutError
from foa360.downstream.tau2021 import read_binaural, read_tau2021, validation_locations
from foa360.media.container import MediaError
from foa360.stages.tau2021.stage import classify_tau2021

FEATURES = Features(sample_rate=8000, n_fft=512, hop=160, n_mels=BANDS)
SETTINGS = Downstream(epochs=6, batch=6, learning_rate=2e-3, scene_epochs=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tau2021(tmp_path_factory.mktemp("tau"))


def test_the_official_fold_with_its_places(folder: Path):
    content = read_tau2021(folder)
    assert content.classes == ["airport", "metro_station", "park"]
    assert len(content.train) == 12
    assert {clip.location for clip in content.test} == {"lisbon-1004"}
    clip = content.test[1]
    assert (clip.name.split("-")[0], clip.label) == ("metro_station", 1)


def test_validation_takes_whole_places_and_leaves_every_class_some(folder: Path):
    clips = read_tau2021(folder).train
    places = validation_locations(clips, 7)
    assert places == validation_locations(clips, 7)
    held = [clip for clip in clips if clip.location in places]
    assert {clip.label for clip in held} == {0, 1, 2}
    assert {clip.label for clip in clips if clip.location not in places} == {0, 1, 2}


def test_the_binaural_pair_is_what_cardioids_give_back(folder: Path, tmp_path: Path):
    random = np.random.default_rng(1)
    pair = random.uniform(-0.5, 0.5, (2, 800))
    soundfile.write(tmp_path / "a.wav", pair.T, 8000, "FLOAT")
    foa, rate = read_binaural(tmp_path / "a.wav")
    assert rate == 8000
    assert np.allclose(stereo(foa), pair / 2, atol=1e-6)
    assert not foa[2:].any()


@pytest.mark.parametrize(("channels", "reason"), [(1, "channel_count"), (4, "channel_count")])
def test_other_numbers_of_channels_are_refused(channels: int, reason: str, tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.zeros((800, channels)), 8000)
    with pytest.raises(MediaError) as caught:
        read_binaural(tmp_path / "a.wav")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("audio/airport", "../airport", "has a line with “../airport"),
        (
            "audio/airport-lisbon-1000",
            "audio/airport-lisbon-7",
            "there is no audio/airport-lisbon-7",
        ),
        ("filename_audio", "file", "has a line with “”"),
    ],
)
def test_a_list_that_differs_is_named(old: str, new: str, message: str, tmp_path: Path):
    write_tau2021(tmp_path / "tau")
    path = tmp_path / "tau" / "evaluation_setup" / "fold1_train.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LayoutError, match=re.escape(message)):
        read_tau2021(tmp_path / "tau")


@pytest.mark.slow
def test_a_miniature_becomes_a_table_and_figures(tmp_path: Path):
    folder = write_tau2021(tmp_path / "tau")
    train = read_tau2021(folder).train
    train[0].audio.write_bytes(b"")
    train[4].video.write_bytes(b"no video")
    files = DownstreamFiles(
        folder=folder, model=write_network(tmp_path / "m.pt"), output=tmp_path / "out.parquet"
    )
    classify_tau2021(files, FEATURES, SETTINGS, 5, Progress("test"))
    rows = tables.read(files.output, DownstreamItem)
    unread = {row.item: (row.role, row.reason) for row in rows if row.reason is not None}
    assert unread == {
        train[0].name: ("train", "empty_file"),
        train[4].name: ("train", "unreadable"),
    }
    systems = Counter(row.system for row in rows if row.outcome is not None)
    names = [
        f"{m} {how}" for m in ("audio", "video", "early fusion") for how in ("frozen", "fine-tuned")
    ]
    assert systems == dict.fromkeys(names, 6)
    found = figures(rows)
    assert (
        found["audio frozen, 10 s accuracy"]["value"]
        > found["audio frozen, 10 s accuracy"]["chance"]
    )
    for name in names:
        whole, part = (found[f"{name}, {length} log loss"]["value"] for length in ("10 s", "1 s"))
        assert 0 < whole <= part + 1e-6
        assert found[f"{name}, 1 s log loss"]["chance"] == pytest.approx(np.log(3))
