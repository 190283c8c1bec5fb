"""The demo set: what its list promises, what pictures and sounds are, what its files hold."""

import json
from itertools import pairwise
from pathlib import Path

import av
import ffmpeg
import imageio_ffmpeg
import numpy as np
import pytest
from av.audio.resampler import AudioResampler

from foa360 import ambisonics
from foa360.ambisonics import descriptors as measures
from foa360.config.sources import DemoSource
from foa360.core import tables
from foa360.core.files import sha256
from foa360.core.jobs import Progress
from foa360.core.reasons import REASONS, verdict_of
from foa360.core.records import PlannedClip
from foa360.core.video_ids import safe_name
from foa360.demo.catalogue import FORMATS, HOSTILE, DemoVideo, catalogue
from foa360.demo.defects import DEFECTS, eac_directions
from foa360.demo.encode import foa_in_51
from foa360.demo.scenes import CLASSES, random_scene, seeded
from foa360.demo.audio import RATE, SOUNDS, sound, sound_field
from foa360.media.audio import clip_audio, to_wyzx
from foa360.media.container import MediaError
from foa360.media.order import plane_order
from foa360.media.probe import probe
from foa360.media.video import frames_at
from foa360.sphere import (
    angular_distance,
    perspective_crop,
    pixel_to_direction,
    to_direction,
    to_vector,
)
from foa360.stages.render.stage import RenderFiles, describe, render, render_shard

SOURCE = DemoSource(kind="demo")
SHORT = DemoSource(kind="demo", seconds=2.0)
TINY = DemoSource(kind="demo", seconds=0.5)
ALL = catalogue(SOURCE, 0)
SCENES = [v for v in ALL if v.case == "scene"]


def by_case(case: str, source: DemoSource = SHORT) -> DemoVideo:
    return next(v for v in catalogue(source, 0) if v.case == case)


def broken_field(case: str, seconds: float = 4.0) -> np.ndarray:
    video = by_case(case, DemoSource(kind="demo", seconds=seconds))
    make = video.defect.sound
    assert make is not None
    return make(sound_field(video.scene()), seeded(video.key, "defect"))


# The list


def test_the_list_depends_on_its_arguments_alone():
    assert catalogue(SOURCE, 0) == ALL
    assert {v.key for v in catalogue(SOURCE, 1)}.isdisjoint(v.key for v in ALL)
    assert {v.video for v in catalogue(SHORT, 0)}.isdisjoint(v.video for v in ALL)


def test_the_list_holds_every_defect_and_ids_that_are_only_data():
    assert {v.case for v in ALL} == {"scene", *DEFECTS}
    assert len(SCENES) == SOURCE.videos
    ids = [v.video_id for v in ALL]
    assert len(set(ids)) == len(ids)
    assert set(HOSTILE.values()) <= set(ids)
    for sign in ("-", "..", "/", " ", "$(", "`", "'", '"', "<", "{", "\\"):
        assert any(sign in i for i in ids)


def test_names_of_files_are_plain_and_distinct():
    names = [v.video for v in ALL]
    assert len({n.lower() for n in names}) == len(names)
    for video in ALL:
        for name in (video.video, video.audio):
            assert name.isascii()
            assert name.startswith("v")
            assert not set(name) & set("/\\ '\"$`;|<>*?{}%")
        assert video.video.rsplit(".", 1)[0] == video.audio.rsplit(".", 1)[0]
    assert safe_name("a") != safe_name("A")


def test_splits_are_balanced_over_the_loudest_class():
    loudest = {
        split: [v.labels[0] for v in SCENES if v.split == split] for split in ("train", "test")
    }
    assert len(loudest["test"]) == 8
    for split, labels in loudest.items():
        counts = [labels.count(c) for c in CLASSES]
        assert min(counts) >= 1, split
        assert max(counts) - min(counts) <= 1, split


def test_every_container_and_codec_comes_up():
    assert {(v.picture_codec, v.sound_codec) for v in SCENES} == {(p, s) for _, p, _, s in FORMATS}
    assert any(v.video != v.audio for v in SCENES)
    assert any(v.video == v.audio for v in SCENES)


@pytest.mark.parametrize("case", DEFECTS)
def test_the_reasons_of_a_defect_lead_to_its_verdict(case):
    defect = DEFECTS[case]
    for reason in defect.reasons:
        assert reason in REASONS
        assert verdict_of([reason]) == defect.verdict
    assert defect.reasons or defect.verdict == "kept"


# Pictures


def scene_at(azimuth: float, elevation: float, label: str):
    """Give a scene whose only object stands in one direction."""
    scene = random_scene("place", 4.0, [label])
    (thing,) = scene.moving
    fields = {
        **vars(thing),
        "azimuth0": azimuth,
        "elevation0": elevation,
        "speed": 0.0,
        "sway": 0.0,
    }
    return type(scene)(scene.key, scene.seconds, (type(thing)(**fields),))


@pytest.mark.parametrize("label", CLASSES)
@pytest.mark.parametrize("place", [(0.2, 0.0), (np.pi - 0.05, -0.2), (-2.0, 1.0)])
def test_a_box_holds_the_pixels_of_its_object(label, place):
    width, height = 640, 320
    scene = scene_at(*place, label)
    (seen,) = scene.objects(0.0)
    frame = scene.frame(0.0, width, height)
    drawn = np.abs(frame.astype(int) - scene.background(width, height)).max(-1) > 24
    # Columns counted from the box's left edge, so that the seam is no border.
    start = int(np.floor(seen.left * width))
    rows, columns = np.nonzero(np.roll(drawn, -start, axis=1))
    left, right = seen.left * width - start, seen.right * width - start
    assert len(rows) > 150
    # Two pixels more for what a bilinear edge adds.
    assert columns.min() >= left - 2
    assert columns.max() + 1 <= right + 2
    assert rows.min() >= seen.top * height - 2
    assert rows.max() + 1 <= seen.bottom * height + 2
    # Tight near the horizon; high up the box is that of a rectangle, and has empty corners.
    if abs(place[1]) < 0.5:
        assert np.ptp(columns) + 1 >= right - left - 8
        assert np.ptp(rows) + 1 >= (seen.bottom - seen.top) * height - 4


def test_an_object_looks_the_same_wherever_it_stands():
    """Seen by a camera that looks at it, it covers the same pixels in the same colours."""

    def look(azimuth: float, elevation: float) -> tuple[np.ndarray, np.ndarray]:
        scene = scene_at(azimuth, elevation, "drum")
        frame, empty = scene.frame(0.0, 640, 320), scene.background(640, 320)
        where = [float(a) for a in scene.moving[0].direction(0.0)]
        crop, behind = (
            perspective_crop(f, *where, np.radians(45), 64).astype(float) for f in (frame, empty)
        )
        return crop, np.abs(crop - behind).max(-1) > 24

    expected, covered = look(0.3, 0.0)
    for place in ((np.pi, 0.0), (1.0, 0.8), (-2.5, -0.9)):
        crop, mask = look(*place)
        both = mask & covered
        assert both.sum() > 0.85 * (mask | covered).sum()
        assert np.median(np.abs(crop - expected)[both]) < 12


def test_the_seam_of_the_place_does_not_show():
    for i in range(3):
        picture = random_scene(f"seam {i}", 4.0).background(640, 320).astype(float)
        usual = np.abs(np.diff(picture, axis=1)).mean()
        assert np.abs(picture[:, 0] - picture[:, -1]).mean() < 2 * usual + 1


def test_scenes_depend_on_their_key_alone():
    first, again, other = (random_scene(k, 4.0) for k in ("a", "a", "b"))
    assert first.moving == again.moving
    np.testing.assert_array_equal(first.frame(1.3, 320, 160), again.frame(1.3, 320, 160))
    assert np.abs(first.frame(1.3, 320, 160).astype(int) - other.frame(1.3, 320, 160)).mean() > 2


def test_objects_move_and_stay_apart():
    for i in range(20):
        scene = random_scene(f"apart {i}", 10.0, count=3)
        times = np.arange(0, 10, 0.5)
        tracks = [m.direction(times) for m in scene.moving]
        for azimuth, _ in tracks:
            assert np.degrees(np.ptp(azimuth)) > 10
        for j, one in enumerate(tracks):
            for other in tracks[:j]:
                assert np.degrees(angular_distance(*one, *other).min()) > 30


def test_the_eac_layout_is_that_of_ffmpeg():
    """Where each pixel looks to, as FFmpeg's v360 tells it: a picture whose colour is direction."""
    width, height = 640, 320
    looked = pixel_to_direction(np.arange(width)[None], np.arange(height)[:, None], width, height)
    colours = np.round((to_vector(*looked) + 1) / 2 * 255).astype(np.uint8)
    raw, _ = (
        ffmpeg.input("pipe:", format="rawvideo", pix_fmt="gbrp", s=f"{width}x{height}")
        .filter("v360", "e", "eac", w=480, h=320)
        .output("pipe:", format="rawvideo", pix_fmt="gbrp")
        .run(
            cmd=imageio_ffmpeg.get_ffmpeg_exe(),
            input=colours.transpose(2, 0, 1).tobytes(),
            capture_stdout=True,
            capture_stderr=True,
        )
    )
    theirs = np.frombuffer(raw, np.uint8).reshape(3, 320, 480).transpose(1, 2, 0) / 255 * 2 - 1
    apart = angular_distance(*to_direction(theirs), *eac_directions(480, 320))
    # FFmpeg counts pixels of a face from edge to edge, which is up to half a pixel's difference.
    assert np.degrees(np.median(apart)) < 1.2
    assert np.degrees(apart.max()) < 3


# Sounds


def test_sounds_have_unit_level_and_depend_on_their_key():
    for label in SOUNDS:
        x = sound(label, 3.0, "a")
        assert len(x) == 3 * RATE
        assert np.sqrt(np.mean(x**2)) == pytest.approx(1)
        np.testing.assert_array_equal(x, sound(label, 3.0, "a"))
        assert np.abs(x - sound(label, 3.0, "b")).max() > 0.1


@pytest.mark.parametrize("label", SOUNDS)
def test_short_sounds_are_never_silent(label):
    for key in range(20):
        assert np.isfinite(sound(label, 0.25, key)).all()


def test_each_class_sounds_like_itself():
    """Of other examples the nearest, by the shares of bands and by roughness, is of its class."""

    def features(label: str, key: int) -> np.ndarray:
        x = sound(label, 4.0, key)
        power = np.abs(np.fft.rfft(x)) ** 2
        hz = np.fft.rfftfreq(len(x), 1 / RATE)
        edges = [0, 130, 260, 420, 700, 1100, 1800, 3000, 6000, 20000]
        shares = np.array([power[(hz >= a) & (hz < b)].sum() for a, b in pairwise(edges)])
        envelope = np.sqrt((x[: len(x) // 480 * 480].reshape(-1, 480) ** 2).mean(1))
        return np.append(np.log10(shares / shares.sum() + 1e-4) / 4, envelope.std())

    known = [(label, features(label, k)) for label in SOUNDS for k in range(6)]
    for label in SOUNDS:
        for k in range(6, 10):
            x = features(label, k)
            assert min(known, key=lambda other: np.linalg.norm(other[1] - x))[0] == label


@pytest.mark.parametrize("i", [0, 5, 11, 21])
def test_the_field_of_a_good_scene_is_a_true_one(i):
    scene = SCENES[i].scene()
    field = sound_field(scene)
    assert field.shape == (4, 10 * RATE)
    assert np.abs(field).max() <= 0.9
    assert measures.energy_ratio(field, RATE) == pytest.approx(1, abs=0.1)
    assert measures.w_coherence(measures.channel_covariance(field)) > 0.5


@pytest.mark.slow
def test_every_good_scene_passes_the_test_of_the_paper():
    ratios = [measures.energy_ratio(sound_field(v.scene()), RATE) for v in SCENES]
    np.testing.assert_allclose(ratios, 1, atol=0.1)


def loudest_direction(foa: np.ndarray, start: float, seconds: float) -> tuple[float, float]:
    part = foa[:, round(start * RATE) : round((start + seconds) * RATE)]
    return measures.dominant_direction(measures.channel_covariance(part))[:2]


def test_quiet_reverberation_and_diffuse_noise_come_from_everywhere():
    """What is left when the direct sound is taken away has the energies of a diffuse field."""
    scene = random_scene("diffuse", 6.0, ["car"])
    field = sound_field(scene).astype(float)
    t = np.arange(field.shape[1]) / RATE
    gains = ambisonics.encode(*scene.moving[0].direction(t)).T
    dry = sound("car", 6.0, scene.key, 0)
    dry *= (gains * dry * field).sum() / (gains * dry * gains * dry).sum()
    rest = field - gains * dry
    wet_db = 10 * np.log10((rest[0] ** 2).mean() / (dry**2).mean())
    assert -24 < wet_db < -14
    shares = (rest[1:] ** 2).mean(1) / (rest[0] ** 2).mean()
    assert shares.sum() == pytest.approx(1, abs=0.35)
    assert np.all(shares > 0.12)


# Real files


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """One short scene in each of the formats, and every defect, rendered once."""
    folder = tmp_path_factory.mktemp("demo")
    videos = catalogue(SHORT, 0)
    chosen = [v for v in videos if v.case == "scene"][: len(FORMATS)]
    defects = ["truncated", "truncated_mp4", "overwritten", "empty", "absent", "text", "mono",
               "stereo", "three_channels", "surround_5.1", "no_video", "no_audio", "black",
               "static", "top_bottom", "eac", "not_finite"]  # fmt: skip
    chosen += [v for v in videos if v.case in defects]
    for video in chosen:
        render(video, folder)
    return folder, {(v.case if v.case != "scene" else v.sound_codec): v for v in chosen}


@pytest.mark.parametrize("codec", [f[3] for f in FORMATS[:8]] + ["alac"])
def test_sound_comes_from_where_the_object_is_seen(files, codec):
    folder, videos = files
    video = videos[codec]
    assert (
        probe(folder / video.video).video_codec
        == {"h264": "h264", "vp9": "vp9"}[video.picture_codec]
    )
    order = plane_order(probe(folder / video.audio))
    assert order is not None
    (clip,) = clip_audio(folder / video.audio, [(0, 2)])
    assert clip.reason is None
    foa = to_wyzx(clip, order.planes, [1, 1, 1, 1])
    scene = video.scene()
    expected = sound_field(scene)
    assert foa.shape == expected.shape
    loudest = scene.moving[0]
    # The whole clip: the direction of the dominant class, pulled a little by a second one.
    true = loudest_direction(expected, 0, 2)
    assert np.degrees(angular_distance(*loudest_direction(foa, 0, 2), *true)) < 1.5
    if len(scene.moving) == 1:
        middle = [float(a) for a in loudest.direction(1.0)]
        assert np.degrees(angular_distance(*loudest_direction(foa, 0, 2), *middle)) < 8


@pytest.mark.parametrize("label", CLASSES)
def test_sound_follows_its_object(label):
    scene = random_scene(f"follow {label}", 8.0, [label])
    field = sound_field(scene)
    for start in (0.5, 3.0, 5.5):
        (seen,) = scene.objects(start + 1.0)
        heard = loudest_direction(field, start, 2.0)
        assert np.degrees(angular_distance(*heard, seen.azimuth, seen.elevation)) < 8


def test_pictures_survive_their_codecs(files):
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


def test_pictures_of_defects_are_what_they_claim(files):
    folder, videos = files

    def pictures(case, times=(0.1, 1.8)):
        return [f.astype(float) for f in frames_at(folder / videos[case].video, times)]

    assert max(p.max() for p in pictures("black")) < 24
    first, later = pictures("static")
    assert np.abs(first - later).mean() < 1.5
    (both,) = pictures("top_bottom", [1.0])
    upper, lower = both[:160], np.roll(both[160:], -2, axis=1)
    assert np.abs(upper - lower).mean() < 4
    (cube,) = pictures("eac", [1.0])
    assert cube.shape == (320, 480, 3)
    assert np.abs(cube[159] - cube[160]).mean() > 4 * np.abs(np.diff(cube, axis=0)).mean()


# Sound fields that are none


@pytest.mark.parametrize(
    ("case", "ratio", "tolerance"),
    [
        ("n3d", 3, 0.35),
        ("fuma", 2, 0.25),
        ("swapped_axes", 1, 0.12),
        ("mirrored", 1, 0.12),
        ("mono_in_w", 0, 1e-9),
        ("mono_in_all", 3, 1e-3),
        ("quad", 3, 0.1),
    ],
)
def test_energy_ratios_are_those_of_the_table(case, ratio, tolerance):
    x = broken_field(case, 10.0)
    if case == "fuma":
        # W X Y Z: the first channel is W, and the sum is blind to the order of the others.
        assert x.std(1)[0] > 0
    assert measures.energy_ratio(x, RATE) == pytest.approx(ratio, abs=tolerance)


def test_conventions_convert_back_to_the_true_field():
    for case, name in (("n3d", "ACN/N3D"), ("fuma", "FuMa")):
        video = by_case(case)
        true = sound_field(video.scene())
        assert video.defect.sound is not None
        broken = video.defect.sound(true, seeded(video.key, "defect"))
        back = ambisonics.convert(broken, name)
        scale = np.vdot(true, back) / np.vdot(true, true)
        np.testing.assert_allclose(back / scale, true, atol=1e-5)
        assert describe(video)["convention"] == name


def test_channels_of_broken_fields():
    upmix, pair = broken_field("stereo_upmix"), broken_field("stereo_in_two")
    assert not upmix[2:].any()
    assert not pair[2:].any()
    assert np.abs(np.corrcoef(pair[:2])[0, 1]) < 0.999
    pairs = broken_field("pairs")
    np.testing.assert_array_equal(pairs[:2], pairs[2:])
    height = broken_field("no_height")
    assert not height[2].any()
    assert height[[0, 1, 3]].any(axis=1).all()
    assert measures.rms_dbfs(broken_field("silent")) < -90
    assert not broken_field("digital_silence").any()
    head = broken_field("head_locked")
    assert measures.energy_ratio(head, RATE) < 0.6


def test_capsules_point_to_the_corners_of_a_tetrahedron():
    """A plane wave from a capsule's axis is loudest in it, and four alike add up to W."""
    make = DEFECTS["a_format"].sound
    assert make is not None
    corner = np.degrees(np.arctan(1 / np.sqrt(2)))
    axes = [(45, corner), (-45, -corner), (135, -corner), (-135, corner)]
    wave = ambisonics.encode(*np.radians(axes).T).T.astype(np.float32)  # one column per axis
    capsules = make(wave, seeded("capsules"))
    np.testing.assert_allclose(np.diag(capsules), 1, atol=1e-6)
    np.testing.assert_allclose(capsules.sum(0), 2, atol=1e-6)
    assert (capsules.argmax(0) == np.arange(4)).all()


def test_a_quad_to_40_conversion_is_what_ffmpeg_does():
    x = sound_field(random_scene("convert", 2.0, ["person"]))
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(x), format="fltp", layout="quad")
    frame.sample_rate = RATE
    converted = AudioResampler(format="fltp", layout="4.0").resample(frame)
    real = np.concatenate([f.to_ndarray() for f in converted], 1)
    make = DEFECTS["quad_to_4.0"].sound
    assert make is not None
    np.testing.assert_allclose(make(x, seeded("convert")), real, atol=1e-6)


def test_planes_of_youtubes_aac_are_told_by_the_codecs_path():
    x = sound_field(random_scene("planes", 2.0, ["dog"]))
    np.testing.assert_array_equal(foa_in_51(x)[[2, 1, 4, 0]], x)
    make = DEFECTS["aac51_as_it_comes"].sound
    assert make is not None
    np.testing.assert_array_equal(make(x, seeded("planes"))[[2, 1, 3, 0]], x)


# The stage


def small_shard() -> list[str]:
    wanted = {"scene", "truncated", "absent"}
    videos = [v for v in catalogue(TINY, 3) if v.case in wanted]
    scenes = [v for v in videos if v.case == "scene"]
    formats = {v.sound_codec: v for v in reversed(scenes)}
    return [formats[c].video_id for c in ("opus", "aac", "vorbis")] + [
        v.video_id for v in videos if v.case != "scene"
    ]


def render_files(folder: Path, video_ids: list[str]) -> RenderFiles:
    """Write a plan with one clip per video."""
    clips = [
        PlannedClip(
            clip_id=video_id,
            video_id=video_id,
            start=0.0,
            duration=TINY.seconds,
            split="train",
            shard="s0000",
            source="demo",
            video="",
            audio="",
        )
        for video_id in video_ids
    ]
    tables.write(folder / "plan.parquet", clips, PlannedClip)
    return RenderFiles(
        plan=folder / "plan.parquet", media=folder / "media", truth=folder / "s.json"
    )


def test_a_shard_has_the_same_bytes_in_any_order(tmp_path):
    ids = small_shard()
    for folder, order in (("a", ids), ("b", ids[::-1])):
        render_shard("s0000", render_files(tmp_path / folder, order), TINY, 3, Progress("test"))
    one, two = ({p.name: sha256(p) for p in (tmp_path / f / "media").iterdir()} for f in "ab")
    assert one == two
    assert len(one) == len(ids)  # one has two files, one has none
    truths = [json.loads((tmp_path / f / "s.json").read_text("utf-8")) for f in "ab"]
    assert truths[0] == truths[1]
    assert set(truths[0]) == set(ids)


def test_the_truth_says_where_things_are(tmp_path):
    video = SCENES[9]
    truth = describe(video)
    assert (truth["case"], truth["verdict"], truth["reasons"]) == ("scene", "kept", [])
    assert [o["label"] for o in truth["objects"]] == list(video.labels)
    assert truth["objects"][0]["loudness_db"] == 0
    for thing in truth["objects"]:
        assert len(thing["times"]) == len(thing["azimuth"]) == len(thing["box"]) == 10
        assert all(-180 <= a <= 180 for a in thing["azimuth"])
        assert all(5 < f < 45 for f in thing["h_fov"] + thing["v_fov"])


def test_an_unwritable_folder_is_an_error_and_leaves_no_truth(tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="media"):
        render_shard("s0000", render_files(tmp_path, small_shard()[:1]), TINY, 3, Progress("test"))
    assert not (tmp_path / "s.json").exists()
