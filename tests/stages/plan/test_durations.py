"""Durations of media and the clips that they allow."""

import json

import numpy as np

from foa360.config.load import load_config
from foa360.demo.encode import write_media
from foa360.stages.plan.assemble import assemble_clips
from foa360.stages.plan.durations import MAX_CLIPS_PER_FILE, clip_spans


def test_clips_of_a_duration():
    assert clip_spans(25.0, 10) == [(0, 10), (10, 10)]
    assert clip_spans(9.9, 10) == [(0, 10)]
    assert clip_spans(5.5, 10) == [(0, 5.5)]
    assert clip_spans(None, 10) == [(0, 10)]


def test_durations_are_stored_until_a_file_changes(tmp_path):
    media, stored = tmp_path / "media", tmp_path / "media.json"
    media.mkdir()
    stored.write_text("{damaged")

    def count():
        return len(assemble_clips(load_config(config), stored))

    config = {"sources": [{"kind": "folder", "path": str(media)}], "clip": {"duration": 1.0}}
    write_media(media / "a.wav", None, np.zeros((4, 48000 * 3), np.float32), audio="pcm16")
    assert count() == 3
    ((key, header),) = json.loads(stored.read_text()).items()
    stored.write_text(json.dumps({key: {**header, "duration": 7.0}}))
    assert count() == 7, "what has not changed is not opened"
    write_media(media / "a.wav", None, np.zeros((4, 48000 * 2), np.float32), audio="pcm16")
    assert count() == 2
    assert len(json.loads(stored.read_text())) == 1, "what is gone is forgotten"


def test_a_claimed_duration_plans_a_bounded_number_of_clips(caplog):
    assert len(clip_spans(1e12, 10.0)) == MAX_CLIPS_PER_FILE
    assert "only its first" in caplog.text
    assert len(clip_spans(36_000.0, 10.0)) == 3600
