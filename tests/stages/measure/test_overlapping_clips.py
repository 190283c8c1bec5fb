"""A clip's measures come from its own frames and samples: each alone equals all together."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.clips import fetched_video

from foa360.core import tables
from foa360.core.measured import MeasuredClip
from foa360.core.records import Clip
from foa360.stages.measure.video import MAX_CLIP_S, MAX_MEDIA_S, measure_video

SECONDS = 50
FPS = 10
RATE = 16000
SIZE = (128, 64)


def write_moving_video(path: Path, codec: str, options: dict[str, str]) -> None:
    """Write a video that moves slowly, with noise in four channels."""
    random = np.random.default_rng(0)
    wide = random.normal(0, 1, (SIZE[1], SIZE[0] + SECONDS * FPS))
    kernel = np.hanning(60)
    wide = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 1, wide)
    gray = np.clip(128 + 12 * wide, 0, 255).astype(np.uint8)
    with av.open(str(path), "w") as out:
        video = out.add_stream(codec, rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=RATE, layout="4.0")
        for number in range(SECONDS * FPS):
            part = np.ascontiguousarray(gray[:, number : number + SIZE[0]])
            image = av.VideoFrame.from_ndarray(part, "gray").reformat(format="yuv420p")
            out.mux(video.encode(image))
            samples = random.normal(0, 3000, (1, RATE // FPS * 4)).astype(np.int16)
            sound = av.AudioFrame.from_ndarray(samples, "s16", "4.0")
            sound.rate = RATE
            sound.pts = number * (RATE // FPS)
            out.mux(audio.encode(sound))
        for stream in (video, audio):
            out.mux(stream.encode(None))


@pytest.fixture(
    scope="module",
    params=[
        ("mpeg4", {"g": "10"}),
        ("mpeg4", {"g": "60", "bf": "2"}),
        ("libx264", {"g": "25", "bf": "3", "preset": "veryfast"}),
    ],
    ids=["short GOP", "long GOP, B frames", "H.264"],
)
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("moving") / "a.mkv"
    write_moving_video(path, *request.param)
    return path


def measured(path: Path, spans: list[tuple[float, float]]) -> list[dict[str, object]]:
    clips = []
    for number, (start, duration) in enumerate(spans):
        clips.append(Clip(clip_id=f"a_{number}", video_id="a", start=start, duration=duration))
    rows = measure_video(clips, fetched_video("a", path), 1000.0, 4.0)
    by_id = {row.clip_id: row for row in rows}
    ordered = [by_id[clip.clip_id] for clip in clips]
    return tables.to_arrow(ordered, MeasuredClip).drop_columns(["clip_id"]).to_pylist()


SPANS = st.lists(
    st.tuples(
        st.integers(0, SECONDS * 25 + 100).map(lambda frame: frame / 25),
        st.sampled_from([0.5, 1.0, 2.0, 3.04]),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(spans=SPANS)
def test_a_clip_alone_equals_the_same_clip_among_others(
    video: Path, spans: list[tuple[float, float]]
) -> None:
    together = measured(video, spans)
    for span, row in zip(spans, together, strict=True):
        assert measured(video, [span]) == [row], span


def test_many_neighbours_change_nothing(video: Path) -> None:
    alone = measured(video, [(2.0, 2.0)])
    among = measured(video, [(2.0, 2.0), *((2 + n / 25, 2.0) for n in range(1, 25))])
    assert alone == among[:1]
    changes = alone[0]["frame_changes"]
    assert isinstance(changes, list)
    assert min(changes) > 1  # it moves


@pytest.mark.parametrize(
    ("start", "duration"),
    [
        (0.0, 1e6),
        (0.0, 1e12),
        (1e18, 10.0),
        (1e308, 1e308),
        (0.0, float("inf")),
        (float("nan"), 1.0),
        (MAX_MEDIA_S, 1.0),
        (0.0, MAX_CLIP_S + 1),
        (-1e9, 1.0),
    ],
)
def test_a_span_far_outside_of_the_media_lays_nothing_out(
    video: Path, start: float, duration: float
) -> None:
    good, bad = measured(video, [(1.0, 1.0), (start, duration)])
    assert good == measured(video, [(1.0, 1.0)])[0]
    assert bad["failure"] == "clip_outside"


def test_requests_behind_the_end_cost_little(video: Path) -> None:
    spans = [(SECONDS + 100.0, 1000.0), (SECONDS - 1.0, 3600.0)]  # within what a header may miss
    for row in measured(video, spans):
        assert row["audio_failure"] == "clip_outside" or row["failure"] == "clip_outside"
