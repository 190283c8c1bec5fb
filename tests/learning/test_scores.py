"""Scores of embeddings."""

import torch

from foa360.learning.scores import clip_embedding, matching_scores


def test_a_clip_embedding_is_the_unit_mean_of_its_viewpoints():
    views = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    torch.testing.assert_close(clip_embedding(views), torch.full((1, 2), 0.5**0.5))


def test_the_score_is_the_mean_cosine_over_viewpoints():
    video = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]])
    audio = torch.tensor([[[1.0, 0.0], [1.0, 0.0]], [[-1.0, 0.0], [1.0, 0.0]]])
    torch.testing.assert_close(matching_scores(video, audio), torch.tensor([0.5, 0.0]))
