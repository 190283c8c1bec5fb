"""Tasks: which rows are contrasted with which, and how."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from foa360.config.train import Train
from foa360.tasks.registry import TASKS
from foa360.tasks.task import matching_accuracy

CLIPS, VIEWS, SIZE = 6, 4, 8
VIDEOS = torch.arange(CLIPS)


def unit(seed: int, *shape: int) -> torch.Tensor:
    return normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_correspondence_contrasts_clips_alignment_viewpoints_synchronisation_times():
    embeddings = unit(0, CLIPS, VIEWS, SIZE)
    assert TASKS["avc"].rows(embeddings).shape == (CLIPS, SIZE)
    rows = TASKS["avsa"].rows(embeddings)
    torch.testing.assert_close(rows, embeddings.reshape(CLIPS * VIEWS, SIZE))
    rows = TASKS["avts"].rows(embeddings)
    assert rows.shape == (CLIPS * 2, SIZE)
    first = embeddings[:, : VIEWS // 2].mean(1)
    halves = [normalize(half, dim=-1) for half in first.chunk(2, -1)]
    torch.testing.assert_close(rows[::2], torch.cat(halves, -1) / 2**0.5)


@pytest.mark.parametrize(
    ("task", "candidates", "expected"),
    [
        ("avc", "joint", CLIPS),
        ("avts", "joint", 2 * CLIPS),
        ("avsa", "joint", CLIPS * VIEWS),  # B K, as the paper states
        ("avsa", "as_coded", CLIPS + VIEWS - 1),  # B + K - 1, as its code has it
    ],
)
def test_without_information_the_loss_is_the_logarithm_of_the_candidates(
    task: str, candidates: str, expected: int
):
    settings = Train(candidates=candidates)
    size = 2 * SIZE if TASKS[task].context else SIZE
    same = torch.full((CLIPS, VIEWS, size), size**-0.5)
    rows = TASKS[task].rows(same)
    excluded = TASKS[task].excluded(VIDEOS, len(rows) // CLIPS, settings)
    assert (~excluded).sum(1).tolist() == [expected] * len(rows)
    loss = TASKS[task].loss(rows, rows, excluded, settings.temperature)
    assert loss.item() == pytest.approx(np.log(expected), rel=1e-5)


@pytest.mark.parametrize("candidates", ["joint", "as_coded"])
def test_alignment_equals_a_slow_reference(candidates: str):
    """Loops over queries, as the formula reads; two clips are of one video."""
    settings = Train(candidates=candidates)
    videos = torch.tensor([0, 1, 2, 3, 4, 0])
    video, audio = (
        torch.cat([unit(seed, CLIPS, VIEWS, SIZE), unit(seed + 1, CLIPS, VIEWS, SIZE)], -1) / 2**0.5
        for seed in (1, 3)
    )
    task = TASKS["avsa"]
    excluded = task.excluded(videos, VIEWS, settings)
    found = task.loss(task.rows(video), task.rows(audio), excluded, 0.07)
    losses = []
    # Predicted audio asks for audio, predicted video for video.
    in_audio = video[..., :SIZE], audio[..., :SIZE]
    in_video = audio[..., SIZE:], video[..., SIZE:]
    for queries, targets in (in_audio, in_video):
        for clip in range(CLIPS):
            for view in range(VIEWS):
                scores = {}
                for other in range(CLIPS):
                    for place in range(VIEWS):
                        is_same_video = other != clip and videos[other] == videos[clip]
                        is_left_out = candidates == "as_coded" and other != clip and place != view
                        if not (is_same_video or is_left_out):
                            cosine = 2 * (queries[clip, view] @ targets[other, place])
                            scores[other, place] = cosine / 0.07
                total = torch.logsumexp(torch.stack(list(scores.values())), 0)
                losses.append(total - scores[clip, view])
    assert found.item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-5)


def test_the_accuracy_leaves_out_excluded_pairs():
    x = torch.eye(4)
    wrong = x[[1, 0, 2, 3]]
    nothing = torch.zeros(4, 4, dtype=torch.bool)
    assert matching_accuracy(x, wrong, nothing) == 0.5
    excluded = nothing.clone()
    excluded[0, 1] = excluded[1, 0] = True
    assert matching_accuracy(x, wrong, excluded) == 1.0
