"""Samples with their own audio and with shifted audio, from shards."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.flashing_discs import FPS, Discs, write_discs

from foa360.ambisonics.field import beam_weights
from foa360.data.samples import BadClipError, SampleKey
from foa360.data.shifted import ShiftedClips, read_batch
from foa360.data.shifted_samples import ShiftedSettings
from foa360.shards.read import open_shard

SETTINGS = ShiftedSettings(
    frames=16, crop=32, seconds=1.0, sample_rate=16000, audio="beam", shift=2.2, crops="yolo"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Discs]]:
    path = tmp_path_factory.mktemp("discs") / "s0000.h5"
    return path, write_discs(path, {"train": 2, "test": 1})


def test_no_shift_is_smaller_than_asked_and_all_pairs_of_starts_occur(written):
    clips = ShiftedClips([written[0]], "train", SETTINGS)
    requests = [clips.draw(SampleKey(0, key)) for key in range(6000)]
    least = 36  # 2.2 s are 35.2 frames
    found = Counter((round(r.start * FPS), round(r.shifted * FPS)) for r in requests)
    starts = range((5 - 1) * FPS + 1)
    expected = [(a, b) for a in starts for b in starts if abs(a - b) >= least]
    assert set(found) <= set(expected)
    assert len(found) > 0.99 * len(expected)
    # Every pair is as likely as any other: a start alone does not tell which of the two it is.
    own, shifted = (np.array([pair[place] for pair in found.elements()]) for place in (0, 1))
    assert abs(own.mean() - shifted.mean()) < 1.5
    assert all(request.start * FPS == round(request.start * FPS) for request in requests)


def test_the_published_numbers_give_the_published_number_of_pairs(written):
    """302 frames of which 125 are a sample, shifts of 65 frames or more: 12,656 pairs of starts."""
    settings = replace(SETTINGS, frames=125, seconds=125 / 30, shift=65 / 30)
    steps = ShiftedClips([written[0]], "train", settings)._steps(301 / 30, 30.0)
    assert steps * (steps + 1) == 12656


def test_own_and_shifted_audio_are_those_of_their_times(written):
    clips = ShiftedClips([written[0]], "test", SETTINGS)
    request = clips.draw(SampleKey(0, 3))
    sample = clips.load(request)
    assert sample.video.shape == (3, 16, 32, 32)
    assert sample.audio.shape == (2, 2, 16000)
    with open_shard(written[0]) as shard:
        foa = shard.audio("foa", shard.texts("clip_id").tolist().index("test0000_0"))
    beam = beam_weights(*request.viewpoint, "max_re") @ foa
    for place, start in enumerate((request.start, request.shifted)):
        span = slice(round(start * 16000), round(start * 16000) + 16000)
        np.testing.assert_allclose(sample.audio[place, 0], foa[0, span], atol=1e-6)
        np.testing.assert_allclose(sample.audio[place, 1], beam[span], atol=1e-6)


def test_a_flash_is_at_its_click(written):
    """The brightest frames of the clicking disc are those in which the audio is loud."""
    clips = ShiftedClips([written[0]], "train", replace(SETTINGS, seconds=2.5, frames=40, shift=1))
    sample = clips.load(clips.draw(SampleKey(1, 0)))
    level = (sample.audio[:, 0].unflatten(1, (40, 1000)) ** 2).mean(-1).numpy() > 1e-4
    white = (sample.video.numpy().min(0) > 200).reshape(40, -1)
    begins = white[1:] & ~white[:-1]
    # Of the pixels that flash, those of the clicking disc begin where the audio is loud.
    agreement = begins[:, begins.any(0)].T.astype(float) @ level[:, 1:].T
    flashes = begins[:, begins.any(0)].sum(0)
    assert (agreement[:, 0] / flashes).max() == pytest.approx(1)
    assert level[0].sum() >= 3


@pytest.mark.parametrize("audio", ["beam", "stereo"])
def test_mirrored_samples_have_left_and_right_exchanged(written, audio):
    clips = ShiftedClips([written[0]], "train", replace(SETTINGS, audio=audio))
    plain = clips.draw(SampleKey(0, 0))
    mirrored = clips.load(replace(plain, mirror=True))
    sample = clips.load(plain)
    np.testing.assert_allclose(mirrored.video, sample.video.flip(-1), atol=2)
    swapped = sample.audio.flip(1) if audio == "stereo" else sample.audio
    np.testing.assert_array_equal(mirrored.audio, swapped)


def test_other_sample_rates_are_resampled(written):
    settings = replace(SETTINGS, sample_rate=21000, seconds=0.7)
    clips = ShiftedClips([written[0]], "test", settings)
    request = clips.draw(SampleKey(0, 0))
    assert clips.load(request).audio.shape == (2, 2, 14700)


def test_samples_depend_on_seed_key_and_clip_alone(written):
    clips, again, other = (
        ShiftedClips([written[0]], "train", replace(SETTINGS, augment=True, seed=seed))
        for seed in (0, 0, 1)
    )
    first, second, third = (c.draw(SampleKey(0, 7)) for c in (clips, again, other))
    assert (first.start, first.shifted) == (second.start, second.shifted)
    assert (first.viewpoint == second.viewpoint).all()
    assert (first.viewpoint != third.viewpoint).any()


def test_viewpoints_are_on_objects_or_random(written):
    path, discs = written
    for crops in ("yolo", "random"):
        clips = ShiftedClips([path], "train", replace(SETTINGS, crops=crops))
        request = clips.draw(SampleKey(0, 0))
        at_discs = np.allclose(request.viewpoint, discs["train0000_0"].viewpoint, atol=1e-4)
        assert at_discs == request.on_object == (crops == "yolo")


def test_clips_that_cannot_be_read_are_left_out_of_a_batch(written, tmp_path):
    import h5py

    spoilt = tmp_path / "spoilt.h5"
    spoilt.write_bytes(written[0].read_bytes())
    with h5py.File(spoilt, "r+") as file:
        file["video"][0, :, 1] = 3
    clips = ShiftedClips([spoilt], "train", SETTINGS)
    with pytest.raises(BadClipError, match="train0000_0"):
        clips.load(clips.draw(SampleKey(0, 0)))
    batch = read_batch(clips, [SampleKey(0, 0), SampleKey(1, 0)])
    assert batch is not None
    assert [request.index for request in batch.requests] == [1]
    assert read_batch(clips, [SampleKey(0, 0)]) is None
