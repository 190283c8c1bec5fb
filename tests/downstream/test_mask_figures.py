"""Figures of hand-made rows."""

import pytest

from foa360.core.records import SoundingFrame
from foa360.downstream.mask_figures import mask_figures
from foa360.learning.segmentation.metrics import F_THRESHOLDS


def row(video: str, frame: int, sound: str, jaccard: float, seed: int = 0, area: float = 0.25):
    """Row of a frame whose F is as large as its M_J at one half of the thresholds, else 0.1."""
    count = len(F_THRESHOLDS)
    low = count // 2
    curve = [0.1] * low + [jaccard] * (count - low)
    return SoundingFrame(
        seed=seed, video=video, category="a", frame=frame, sound=sound,
        audio_from=None if sound == "silence" else video, area=area, jaccard=jaccard,
        f_curve=curve if area else None,
    )  # fmt: skip


def rows(seed: int = 0, own: float = 0.8) -> list[SoundingFrame]:
    made = []
    for sound, value in (("own", own), ("other", 0.3), ("silence", 0.2)):
        made += [row("v1", 1, sound, value, seed), row("v1", 2, sound, value, seed)]
        made += [row("v2", 1, sound, value / 2, seed), row("v2", 2, sound, 1.0, seed, 0.0)]
    return made


def test_own_sound_stands_beside_another_silence_and_constant_answers():
    figure = mask_figures(rows())["M_J"]
    assert figure["value"] == pytest.approx((0.8 + 0.7) / 2)
    assert figure["other"] == pytest.approx((0.3 + 0.575) / 2)
    assert figure["silence"] == pytest.approx((0.2 + 0.55) / 2)
    assert figure["gain"] == pytest.approx(figure["value"] - figure["other"])
    assert figure["gain_low"] < figure["gain"] < figure["gain_high"]
    # Marked whole: 3 · 0.25 / 4; nothing marked: right in 1 of 4.
    assert figure["chance"] == pytest.approx(0.25)
    assert (figure["videos"], figure["frames"], figure["seeds"]) == (2, 4, [0])


def test_frames_without_an_object_are_left_out_of_f():
    figures = mask_figures(rows())
    assert figures["M_F per_video"]["value"] == pytest.approx((0.8 + 0.4) / 2)
    assert figures["M_F per_dataset"]["value"] == pytest.approx((0.8 + 0.8 + 0.4) / 3)
    assert figures["M_F per_dataset"]["chance"] == pytest.approx(0.1)


def test_seeds_are_averaged_and_listed_and_unread_videos_do_not_count():
    unread = SoundingFrame(seed=0, video="v3", category="a", reason="silent", message="v3.wav")
    figure = mask_figures([*rows(0, 0.8), *rows(1, 0.4), unread])["M_J"]
    assert figure["by_seed"] == pytest.approx([0.75, (0.4 + 0.6) / 2])
    assert figure["value"] == pytest.approx((0.75 + 0.5) / 2)
    assert (figure["videos"], figure["seeds"]) == (2, [0, 1])
    assert mask_figures([unread]) == {}
