"""Tasks: which rows are contrasted, and how decisions are made."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from foa360.config.train import Train
from foa360.tasks.avsa import MIN_YAW_OFFSET
from foa360.tasks.registry import TASKS
from foa360.tasks.task import Embeddings, TestRound

CLIPS, VIEWS, SIZE = 6, 3, 8


def unit(seed: int, *shape: int) -> torch.Tensor:
    return normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def make_round(video, audio, rotated=None, offsets=None) -> TestRound:
    def rotated_audio(yaw_offsets):
        if offsets is not None:
            offsets.extend(yaw_offsets)
        return rotated

    return TestRound(
        embeddings=Embeddings(video, audio),
        videos=["a", "a", "b", "b", "c", "c"],
        random=np.random.default_rng(0),
        rotated_audio=rotated_audio,
    )


def test_names_are_keys_and_only_earlier_tasks_are_started_from():
    names = list(TASKS)
    for number, (name, task) in enumerate(TASKS.items()):
        assert task.name == name
        assert task.starts_from is None or task.starts_from in names[:number]
        assert task.steps(Train(avc_steps=3, avsa_steps=5)) in {3, 5}


def test_correspondence_contrasts_clips_and_alignment_viewpoints():
    embeddings = unit(0, CLIPS, VIEWS, SIZE)
    assert TASKS["avc"].rows(embeddings).shape == (CLIPS, SIZE)
    rows = TASKS["avsa"].rows(embeddings)
    torch.testing.assert_close(rows, embeddings.reshape(CLIPS * VIEWS, SIZE))


@pytest.mark.parametrize("sign", [1, -1])
def test_correspondence_is_right_where_audio_equals_video_and_wrong_where_it_is_opposite(sign):
    per_video = unit(1, 3, 1, SIZE).repeat_interleave(2, 0).expand(CLIPS, VIEWS, SIZE)
    decisions = TASKS["avc"].decide(make_round(per_video, sign * per_video))
    assert decisions.tolist() == [sign > 0] * CLIPS


def test_a_score_without_information_decides_nothing_right():
    same = unit(2, 1, 1, SIZE).expand(CLIPS, VIEWS, SIZE)
    assert not TASKS["avc"].decide(make_round(same, same)).any()
    assert not TASKS["avsa"].decide(make_round(same, same, same)).any()


def test_alignment_compares_with_audio_rotated_by_60_to_300_degrees():
    video = unit(3, CLIPS, VIEWS, SIZE)
    offsets: list[float] = []
    decisions = TASKS["avsa"].decide(make_round(video, video, -video, offsets))
    assert decisions.all()
    assert len(offsets) == CLIPS
    assert min(offsets) >= MIN_YAW_OFFSET
    assert max(offsets) <= 2 * np.pi - MIN_YAW_OFFSET
