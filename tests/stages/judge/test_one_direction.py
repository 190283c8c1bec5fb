"""One source on an axis, in W and one dipole alone, which may as well be mono in two channels."""

import numpy as np
import pytest
from simulation.measured import simulated_row
from simulation.scenes import dry_signal

from foa360.ambisonics import encode
from foa360.config.curate import Curate
from foa360.core.records import Clip, CuratedClip
from foa360.stages.judge.video import judge_video

RATE = 24000
SECONDS = 5.0


@pytest.fixture(scope="module")
def dry() -> np.ndarray:
    return 0.2 * dry_signal(np.random.default_rng(4), int(SECONDS * RATE), RATE)


def judged(x: np.ndarray) -> CuratedClip:
    span = Clip(clip_id="v_0", video_id="v", start=0.0, duration=SECONDS)
    return judge_video([simulated_row(span, x, RATE, np.random.default_rng(0))], Curate()).clips[0]


@pytest.mark.parametrize("noise", [0.0, 1e-5])
@pytest.mark.parametrize(
    ("azimuth", "elevation"), [(0, 0), (90, 0), (180, 0), (-90, 0), (0, 90), (0, -90)]
)
def test_a_source_on_an_axis_is_kept_with_what_cannot_be_told(dry, azimuth, elevation, noise):
    gains = np.round(encode(np.radians(azimuth), np.radians(elevation)), 9)
    x = gains[:, None] * dry
    x = x + noise * np.random.default_rng(1).standard_normal(x.shape)
    clip = judged(x)
    assert clip.verdict == "kept"
    assert "one_direction" in clip.reasons
    assert (clip.planes, clip.gains) == ([0, 1, 2, 3], [1.0] * 4)
    assert "are empty" in clip.message
    assert ("horizontal_only" in clip.reasons) == (elevation == 0)
    if elevation == 0:
        assert np.degrees(np.angle(np.exp(1j * (clip.azimuth - np.radians(azimuth))))) == (
            pytest.approx(0, abs=1)
        )


@pytest.mark.parametrize("azimuth", [85, -95, 5, 45])
def test_a_source_beside_an_axis_has_no_such_note(dry, azimuth):
    clip = judged(encode(np.radians(azimuth), 0.0)[:, None] * dry)
    assert clip.verdict == "kept"
    assert "one_direction" not in clip.reasons


@pytest.mark.parametrize("width", [0.03, 0.1, 0.5])
def test_stereo_in_two_channels_is_still_rejected(dry, width):
    side = 0.2 * dry_signal(np.random.default_rng(5), dry.size, RATE)
    left, right = dry + width * side, dry - width * side
    for pair in ((left, right), (left + right, left - right)):
        clip = judged(np.stack([*pair, 0 * dry, 0 * dry]))
        assert clip.verdict == "rejected"
        assert {"stereo", "stereo_in_two", "stereo_upmix"} & {*clip.reasons}
