"""Videos of which a part is in another convention than the rest."""

from functools import cache

import numpy as np
import pytest
from simulation import simulate
from simulation.measured import simulated_row

from foa360.config.curate import Curate
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip
from foa360.stages.judge.video import CuratedVideo, judge_video

RATE = 24000
SECONDS = 6.0
#: Channels and gains of conventions, from ambiX.
CONVENTIONS = {
    "ambiX": ([0, 1, 2, 3], [1, 1, 1, 1]),
    "FuMa": ([0, 3, 1, 2], [0.5**0.5, 1, 1, 1]),
    "N3D": ([0, 1, 2, 3], [1, 3**0.5, 3**0.5, 3**0.5]),
    "decoder order": ([3, 1, 0, 2], [1, 1, 1, 1]),
}


def in_convention(x: np.ndarray, convention: str) -> np.ndarray:
    """Signals `(4, n)` of ambiX in another convention."""
    order, gains = CONVENTIONS[convention]
    return (x * np.array(gains)[:, None])[order]


@cache
def measured(number: int, convention: str) -> MeasuredClip:
    """Measure a scene of its own, in a convention, as one of the clips of a video."""
    x = in_convention(simulate(100 + number, SECONDS, RATE), convention)
    span = Clip(clip_id=f"v_{number}", video_id="v", start=number * SECONDS, duration=SECONDS)
    return simulated_row(span, x, RATE, np.random.default_rng(0))


def judged(*conventions: str) -> CuratedVideo:
    """Judge a video of clips in these conventions."""
    return judge_video([measured(i, name) for i, name in enumerate(conventions)], Curate())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("conventions", "time"),
    [
        (["ambiX"] * 4 + ["FuMa"] * 4, "24 s"),
        (["ambiX", "N3D", "N3D", "N3D"], "6 s"),
        (["N3D"] * 2 + ["ambiX"] * 2, "12 s"),
        (["ambiX"] * 3 + ["decoder order"], "18 s"),
        (["ambiX", "N3D"], "6 s"),
    ],
)
def test_a_video_in_two_conventions_is_named_with_the_time_and_left_as_it_is(conventions, time):
    video = judged(*conventions)
    for clip in video.clips:
        assert clip.verdict == "rejected"
        assert "convention_mixed" in clip.reasons
        assert clip.planes == [0, 1, 2, 3]
        assert clip.gains == [1, 1, 1, 1]
        assert not {"rescaled_fuma", "rescaled_n3d", "reordered"} & {*clip.reasons}
        assert time in clip.message
    assert video.convention.trace[-1].rule == "mixed"


@pytest.mark.slow
def test_a_part_in_the_middle_has_two_times():
    for clip in judged("ambiX", "FuMa", "FuMa", "ambiX", "ambiX").clips:
        assert "FuMa from 6 up to 18 s" in clip.message


@pytest.mark.slow
@pytest.mark.parametrize("convention", ["ambiX", "FuMa", "N3D"])
def test_scenes_in_one_convention_are_not_mixed(convention):
    for clip in judged(*[convention] * 5).clips:
        assert "convention_mixed" not in clip.reasons
        assert clip.verdict == "kept"


@pytest.mark.slow
def test_silence_and_a_component_that_is_missing_do_not_make_a_video_mixed():
    rows = [measured(i, "ambiX") for i in range(3)]
    quiet = simulate(7, SECONDS, RATE)
    quiet[1] = 0
    for number, x in ((3, np.zeros_like(quiet)), (4, quiet)):
        span = Clip(clip_id=f"v_{number}", video_id="v", start=number * SECONDS, duration=SECONDS)
        rows.append(simulated_row(span, x, RATE, np.random.default_rng(0)))
    clips = judge_video(rows, Curate()).clips
    assert not any("convention_mixed" in clip.reasons for clip in clips)
    assert clips[3].reasons == ["silent"]
    assert "component_drops_out" in clips[4].reasons
    assert clips[0].verdict == "kept"


def one_clip(*parts: tuple[str, float]) -> CuratedVideo:
    """Judge a clip of one scene, whose parts are in these conventions and end at these times, s."""
    x = simulate(100, parts[-1][1], RATE)
    ends = [round(end * RATE) for _, end in parts]
    pieces = np.split(x, ends[:-1], 1)
    joined = [in_convention(p, name) for p, (name, _) in zip(pieces, parts, strict=True)]
    span = Clip(clip_id="v_0", video_id="v", start=20.0, duration=parts[-1][1])
    row = simulated_row(span, np.concatenate(joined, 1), RATE, np.random.default_rng(0))
    return judge_video([row], Curate())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "time"),
    [
        ((("ambiX", 5), ("N3D", 10)), "about 25 s"),
        ((("N3D", 5), ("ambiX", 10)), "about 25 s"),
        ((("decoder order", 7.5), ("ambiX", 10)), "about 27.5 s"),
        ((("ambiX", 3), ("FuMa", 9), ("ambiX", 12)), "from about 23 up to about 29 s"),
    ],
)
def test_a_change_within_the_only_clip_of_a_video_is_named(parts, time):
    (clip,) = one_clip(*parts).clips
    assert clip.verdict == "rejected"
    assert "convention_mixed" in clip.reasons
    assert clip.gains == [1, 1, 1, 1]
    assert time in clip.message


@pytest.mark.slow
@pytest.mark.parametrize("convention", list(CONVENTIONS))
def test_a_clip_in_one_convention_is_not_mixed(convention):
    (clip,) = one_clip((convention, 10)).clips
    assert "convention_mixed" not in clip.reasons
    assert clip.verdict == "kept"


def test_a_clip_that_is_too_short_for_parts_is_judged_as_one():
    (clip,) = one_clip(("ambiX", 1.5), ("N3D", 3)).clips
    assert "convention_mixed" not in clip.reasons
