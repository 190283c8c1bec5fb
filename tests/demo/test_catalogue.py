"""The list of the demo's videos."""

import pytest
from support.demo_videos import ALL, SCENES, SHORT, SOURCE

from foa360.core.reasons import REASONS, verdict_of
from foa360.core.video_ids import safe_name
from foa360.demo.catalogue import HOSTILE, STORAGE_FORMATS, catalogue
from foa360.demo.defects import DEFECTS
from foa360.demo.scenes import CLASSES


def test_the_list_depends_on_its_arguments_alone():
    assert catalogue(SOURCE, 0) == ALL
    assert {v.key for v in catalogue(SOURCE, 1)}.isdisjoint(v.key for v in ALL)
    assert {v.video for v in catalogue(SHORT, 0)}.isdisjoint(v.video for v in ALL)


def test_the_list_holds_every_defect_and_ids_that_are_only_data():
    assert {v.case for v in ALL} == {"scene", *DEFECTS}
    assert len(SCENES) == SOURCE.videos
    ids = [v.video_id for v in ALL]
    assert len(set(ids)) == len(ids)
    assert set(HOSTILE.values()) <= set(ids)
    for sign in ("-", "..", "/", " ", "$(", "`", "'", '"', "<", "{", "\\"):
        assert any(sign in i for i in ids)


def test_names_of_files_are_plain_and_distinct():
    names = [v.video for v in ALL]
    assert len({n.lower() for n in names}) == len(names)
    for video in ALL:
        for name in (video.video, video.audio):
            assert name.isascii()
            assert name.startswith("v")
            assert not set(name) & set("/\\ '\"$`;|<>*?{}%")
        assert video.video.rsplit(".", 1)[0] == video.audio.rsplit(".", 1)[0]
    assert safe_name("a") != safe_name("A")


def test_splits_are_balanced_over_the_loudest_class():
    loudest = {
        split: [v.labels[0] for v in SCENES if v.split == split] for split in ("train", "test")
    }
    assert len(loudest["test"]) == 24
    for split, labels in loudest.items():
        counts = [labels.count(c) for c in CLASSES]
        assert min(counts) >= 1, split
        assert max(counts) - min(counts) <= 1, split


def test_every_container_and_codec_comes_up():
    stored = {(video.video_codec, video.audio_codec) for video in SCENES}
    assert stored == {(form.video_codec, form.audio_codec) for form in STORAGE_FORMATS}
    assert any(v.video != v.audio for v in SCENES)
    assert any(v.video == v.audio for v in SCENES)


@pytest.mark.parametrize("case", DEFECTS)
def test_the_reasons_of_a_defect_lead_to_its_verdict(case):
    defect = DEFECTS[case]
    for reason in defect.reasons:
        assert reason in REASONS
        assert verdict_of([reason]) == defect.verdict
    assert defect.reasons or defect.verdict == "kept"
