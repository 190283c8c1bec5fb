"""Rendered files: streams, directions, frames and damage."""

import numpy as np
import pytest
from support.demo_videos import SHORT, loudest_direction

from foa360.demo.audio import RATE, sound_field
from foa360.demo.catalogue import STORAGE_FORMATS, catalogue
from foa360.media.audio import clip_audio, to_wyzx
from foa360.media.container import MediaError
from foa360.media.order import plane_order
from foa360.media.probe import probe
from foa360.media.video import frames_at
from foa360.sphere import angular_distance
from foa360.stages.render.video import render_video


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """One short scene in each of the formats, and every defect, rendered once."""
    folder = tmp_path_factory.mktemp("demo")
    videos = catalogue(SHORT, 0)
    chosen = [v for v in videos if v.case == "scene"][: len(STORAGE_FORMATS)]
    defects = ["truncated", "truncated_mp4", "overwritten", "empty", "absent", "text", "mono",
               "stereo", "three_channels", "surround_5.1", "no_video", "no_audio", "black",
               "static", "top_bottom", "eac", "not_finite"]  # fmt: skip
    chosen += [v for v in videos if v.case in defects]
    for video in chosen:
        render_video(video, folder)
    return folder, {(v.case if v.case != "scene" else v.audio_codec): v for v in chosen}


@pytest.mark.parametrize("codec", [f[3] for f in STORAGE_FORMATS[:8]] + ["alac"])
def test_stored_audio_comes_from_the_direction_of_the_object(files, codec):
    folder, videos = files
    video = videos[codec]
    assert (
        probe(folder / video.video).video_codec == {"h264": "h264", "vp9": "vp9"}[video.video_codec]
    )
    order = plane_order(probe(folder / video.audio))
    assert order is not None
    (clip,) = clip_audio(folder / video.audio, [(0, 2)])
    assert clip.reason is None
    foa = to_wyzx(clip, order.planes, [1, 1, 1, 1])
    scene = video.scene()
    expected = sound_field(scene)
    assert foa.shape == expected.shape
    loudest = scene.moving_objects[0]
    # The whole clip: the direction of the dominant class, pulled a little by a second one.
    true = loudest_direction(expected, 0, 2)
    assert np.degrees(angular_distance(*loudest_direction(foa, 0, 2), *true)) < 1.5
    if len(scene.moving_objects) == 1:
        middle = [float(a) for a in loudest.direction(1.0)]
        assert np.degrees(angular_distance(*loudest_direction(foa, 0, 2), *middle)) < 8


def test_frames_survive_their_codecs(files):
    folder, videos = files
    for codec in ("aac", "opus", "flac", "vorbis"):
        video = videos[codec]
        (found,) = frames_at(folder / video.video, [1.0])
        true = video.scene().frame(1.0, 640, 320)
        assert found is not None
        assert found.shape == (320, 640, 3)
        assert np.abs(found.astype(float) - true).mean() < 8


def test_broken_files_are_what_they_claim(files):
    folder, videos = files

    def path(case):
        return folder / videos[case].video

    assert path("empty").stat().st_size == 0
    assert not path("absent").exists()
    assert path("text").read_text().startswith("This is not")
    with pytest.raises(MediaError):
        probe(path("text"))
    with pytest.raises(MediaError):
        probe(path("truncated_mp4"))
    (cut,) = clip_audio(path("truncated"), [(0, 2)])
    assert cut.reason == "audio_damaged"
    assert cut.samples.shape[1] < 2 * RATE
    (noisy,) = clip_audio(path("overwritten"), [(0, 2)])
    last = list(frames_at(path("overwritten"), [0.5, 0.75, 1.0, 1.25]))
    assert noisy.reason or any(f is None for f in last)
    (nan,) = clip_audio(path("not_finite"), [(0, 2)])
    assert np.isnan(nan.samples[1]).sum() == 1000


def test_streams_of_files_are_what_they_claim(files):
    folder, videos = files
    channels = {"mono": 1, "stereo": 2, "three_channels": 3, "surround_5.1": 6, "aac51": 6}
    for case, count in channels.items():
        assert probe(folder / videos[case].audio).audio_channels == count
    assert probe(folder / videos["no_video"].video).video_codec is None
    assert probe(folder / videos["no_audio"].video).audio_codec is None
    assert probe(folder / videos["opus"].audio).audio_layout == "ambisonic 1"


def test_frames_of_defects_are_what_they_claim(files):
    folder, videos = files

    def decoded(case, times=(0.1, 1.8)):
        return [f.astype(float) for f in frames_at(folder / videos[case].video, times)]

    assert max(p.max() for p in decoded("black")) < 24
    first, later = decoded("static")
    assert np.abs(first - later).mean() < 1.5
    (both,) = decoded("top_bottom", [1.0])
    upper, lower = both[:160], np.roll(both[160:], -2, axis=1)
    assert np.abs(upper - lower).mean() < 4
    (cube,) = decoded("eac", [1.0])
    assert cube.shape == (320, 480, 3)
    assert np.abs(cube[159] - cube[160]).mean() > 4 * np.abs(np.diff(cube, axis=0)).mean()
