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


@cache
def measured(number: int, convention: str) -> MeasuredClip:
    """Measure a scene of its own, in a convention, as one of the clips of a video."""
    order, gains = CONVENTIONS[convention]
    x = (simulate(100 + number, SECONDS, RATE) * np.array(gains)[:, None])[order]
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
