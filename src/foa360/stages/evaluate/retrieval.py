"""Retrieval: is the audio of a clip among the first that its video finds, and the reverse?"""

import torch
from torch import Tensor

from foa360.learning.scores import clip_embedding
from foa360.stages.evaluate.choices import Embedded
from foa360.stages.evaluate.lines import ReadLines

#: Numbers of the first that are looked at, by the name of the evaluation.
RANKS = {"retrieval_1": 1, "retrieval_5": 5, "retrieval_10": 10}


def one_line_per_video(read: ReadLines) -> list[int]:
    """Row of the first line of each video."""
    first: dict[str, int] = {}
    for row, line in enumerate(read.lines):
        first.setdefault(line.video_id, row)
    return list(first.values())


def found(lines: Embedded, rows: list[int], count: int) -> Tensor:
    """Outcomes `(n,)` of rows: 1 where both directions find the clip among the first, ½ for one.

    A tie counts against the clip by half of those that it is tied with.
    """
    video, audio = (clip_embedding(values)[rows] for values in (lines.video, lines.audio))
    scores = video @ audio.T
    return (_is_found(scores, count) + _is_found(scores.T, count)) / 2


def _is_found(scores: Tensor, count: int) -> Tensor:
    own = scores.diagonal()[:, None]
    above = (scores > own).sum(1)
    tied = (scores == own).sum(1) - 1
    room = count - above
    # Of the tied ones and its own, in any order, the first that there is room for are found.
    share = room / (tied + 1)
    return share.clamp(0, 1).to(torch.float32)
