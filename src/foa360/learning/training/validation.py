"""A part of the training videos that is not trained on: its loss chooses the weights."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from foa360.data.clips import ClipIndex
from foa360.data.samples import SampleKey

#: With fewer videos none is left out of training.
MIN_VIDEOS = 10
#: Fewer would be no negatives of each other.
MIN_VALIDATION_VIDEOS = 2


def validation_videos(videos: Iterable[str], share: float, seed: int) -> set[str]:
    """Choose the videos that are left out of training.

    They are the first by a hash of seed and id, so that subsets of the videos, and experiments that
    start from each other, leave out mostly the same.

    Parameters
    ----------
    videos : iterable of str
        Ids of the training split.
    share : float
        Share of the videos, 0 to 1.
    seed : int
        Random seed of the training.

    Returns
    -------
    set of str
        Two or more; none where there are fewer than `MIN_VIDEOS`, or the share is 0.
    """
    distinct = set(videos)
    if len(distinct) < MIN_VIDEOS or share == 0:
        return set()
    count = max(MIN_VALIDATION_VIDEOS, round(share * len(distinct)))
    return set(sorted(distinct, key=lambda video: _hash(video, seed))[:count])


def divided_clips(clips: ClipIndex, share: float, seed: int) -> tuple[list[str], list[str]]:
    """Return the ids of the clips that are trained on, and of those of the validation videos.

    For `share` and `seed` see `validation_videos`.
    """
    held_out = validation_videos(clips.videos, share, seed)
    training: list[str] = []
    validation: list[str] = []
    for clip_id, video in zip(clips.clip_ids, clips.videos, strict=True):
        (validation if video in held_out else training).append(clip_id)
    return training, validation


def validation_keys(
    clips: ClipIndex, batch: int, samples: int, seed: int
) -> Iterator[list[SampleKey]]:
    """Keys of the samples of each batch, of videos in turn: the same ones every time.

    Parameters
    ----------
    clips : ClipIndex
        Clips of the validation videos.
    batch : int
        Samples per batch.
    samples : int
        Samples in total, rounded up to whole batches.
    seed : int
        Random seed of the order.
    """
    drawn = clips.drawn(seed)
    for first in range(0, samples, batch):
        numbers = range(first, first + batch)
        yield [
            SampleKey(clip, key) for key, clip in zip(numbers, islice(drawn, batch), strict=True)
        ]


def _hash(video: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}/{video}".encode()).digest()
