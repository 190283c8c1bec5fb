"""Features against analytic values, independent implementations, and each other."""

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foa360 import ambisonics
from foa360 import ambisonics as features
from foa360.ambisonics import mel

RATE = 24000
rng = np.random.default_rng(0)
noise = rng.standard_normal(RATE).astype(np.float32)


def wave(azimuth: float, elevation: float) -> np.ndarray:
    return (ambisonics.encode(azimuth, elevation)[:, None] * noise).astype(np.float32)


def diffuse(seconds: float = 4) -> np.ndarray:
    x = rng.standard_normal((4, int(seconds * RATE)))
    return (x * np.array([1, 3**-0.5, 3**-0.5, 3**-0.5])[:, None]).astype(np.float32)


@pytest.mark.parametrize(
    ("rate", "n_fft", "bands"), [(24000, 1024, 64), (48000, 2048, 128), (16000, 512, 40)]
)
def test_mel_filters_are_those_of_librosa(rate, n_fft, bands):
    ours = mel.mel_filters(rate, n_fft, bands)
    np.testing.assert_allclose(
        ours, librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=bands), atol=1e-8
    )


def test_empty_filters_are_found():
    assert len(mel.empty_filters(24000, 256, 128)) > 0
    assert len(mel.empty_filters(24000, 1024, 64)) == 0


def test_log_mel_is_that_of_librosa():
    x = wave(0.3, 0.1)
    theirs = librosa.feature.melspectrogram(
        y=x, sr=RATE, n_fft=1024, hop_length=240, n_mels=64, pad_mode="constant"
    )
    ours = features.log_mel(x, RATE)
    np.testing.assert_allclose(
        ours, 10 * np.log10(np.maximum(theirs, 1e-10)).swapaxes(-1, -2), atol=2e-3
    )


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (90, 0), (0, 90), (-130, 35)])
def test_intensity_of_a_plane_wave_points_to_it_with_length_one(azimuth, elevation):
    a, e = np.radians([azimuth, elevation])
    vector = features.intensity_vector(wave(a, e), RATE)
    expected = [np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)]
    np.testing.assert_allclose(vector.mean((1, 2)), expected, atol=1e-5)
    assert features.diffuseness(features.spatial_covariance(wave(a, e), RATE)).max() < 1e-4


def test_a_diffuse_field_has_little_intensity_when_averaged():
    s = features.spatial_covariance(diffuse(), RATE)
    together = s.sum(-2, keepdims=True)
    assert np.linalg.norm(features.covariance_to_intensity(together), axis=0).mean() < 0.1
    assert features.diffuseness(together).min() > 0.7


def test_intensity_is_never_above_one_and_silence_is_zero():
    x = rng.standard_normal((4, RATE)).astype(np.float32)
    assert np.linalg.norm(features.intensity_vector(x, RATE), axis=0).max() <= 1 + 1e-5
    silent = np.zeros((4, 5000), np.float32)
    assert not features.intensity_vector(silent, RATE).any()
    np.testing.assert_allclose(features.log_mel(silent, RATE), -100, atol=1e-4)


def test_what_the_covariance_implies_equals_what_turned_sound_gives():
    x = diffuse(1) + wave(1.0, 0.3)[:, :RATE]
    s = features.spatial_covariance(x, RATE)
    matrix = ambisonics.look_at(1.1, -0.4)
    turned = ambisonics.rotate(x, matrix)
    derived = features.rotate_covariance(s, matrix)
    direct = features.spatial_covariance(turned, RATE)
    np.testing.assert_allclose(derived, direct, atol=2e-4 * np.abs(direct).max())
    np.testing.assert_allclose(
        features.covariance_to_log_mel(derived), features.log_mel(turned, RATE), atol=0.01
    )
    weights = ambisonics.beam_weights(0.5, 0.2, "max_re")
    beam = ambisonics.beamform(x, 0.5, 0.2, "max_re")[None]
    power = features.decibels(features.covariance_to_beam(s, weights))
    np.testing.assert_allclose(power, features.log_mel(beam, RATE)[0], atol=0.05)


def test_several_views_at_once():
    s = features.spatial_covariance(diffuse(0.5), RATE)
    matrices = ambisonics.look_at(np.array([0.1, 2.0]), np.array([0.5, -0.3]))
    both = features.rotate_covariance(s[None], matrices)
    np.testing.assert_allclose(
        both[1], features.rotate_covariance(s, matrices[1]), rtol=1e-4, atol=1e-3
    )


def test_tensors_give_the_same_as_arrays_and_carry_gradients():
    x = diffuse(0.3)
    t = torch.from_numpy(x).requires_grad_()
    s, st = features.spatial_covariance(x, RATE), features.spatial_covariance(t, RATE)
    np.testing.assert_allclose(st.detach().numpy(), s, rtol=1e-3, atol=1e-4 * s.max())
    matrix = ambisonics.look_at(0.4, 0.2)
    for function in (
        features.covariance_to_log_mel,
        features.covariance_to_intensity,
        lambda a: features.rotate_covariance(a, matrix),
    ):
        np.testing.assert_allclose(
            function(st).detach().numpy(),
            function(s),
            rtol=2e-3,
            atol=2e-4 * np.abs(function(s)).max(),
        )
    features.covariance_to_log_mel(features.rotate_covariance(st, matrix)).sum().backward()
    assert torch.isfinite(t.grad).all()


def test_packing_for_storage_keeps_its_error_bounds():
    s = features.spatial_covariance(diffuse(1) * np.float32(0.01), RATE)
    back = features.unpack_covariance(features.pack_covariance(s))
    trace = s[features.DIAGONAL].sum(0)
    again = back[features.DIAGONAL].sum(0)
    assert np.abs(10 * np.log10(again / trace)).max() < 0.05
    assert np.abs(back / again - s / trace).max() < 1e-3
    nothing = np.zeros((10, 3, 4), np.float32)
    assert not features.unpack_covariance(features.pack_covariance(nothing)).any()


def test_interchannel_level_and_phase():
    stereo = np.stack([2 * noise, noise])
    level, cosine, sine = features.interchannel(stereo, RATE)
    np.testing.assert_allclose(level, 20 * np.log10(2), atol=1e-3)
    np.testing.assert_allclose(cosine, 1, atol=1e-4)
    np.testing.assert_allclose(sine, 0, atol=1e-4)
    silent = features.interchannel(np.zeros((2, 3000), np.float32), RATE)
    assert (silent[0] == 0).all()
    assert (silent[1] == 1).all()


def test_clips_shorter_than_a_window_and_wrong_shapes():
    assert features.log_mel(np.ones((4, 100), np.float32), RATE).shape == (4, 1, 64)
    with pytest.raises(ValueError, match=r"\(\.\.\., 4, n\)"):
        features.spatial_covariance(np.zeros((100, 3)), RATE)


def scene():
    """Two sources that differ in time and spectrum, and something diffuse below them."""
    t = np.arange(12000) / RATE
    chirp = 0.3 * np.sin(2 * np.pi * (300 + 3000 * t) * t)
    other = 0.1 * np.random.default_rng(3).standard_normal(12000)
    waves = ambisonics.encode(0.7, 0.4)[:, None] * chirp
    waves += ambisonics.encode(-2.0, -0.3)[:, None] * other
    return (waves + 0.005 * np.random.default_rng(4).standard_normal((4, 12000))).astype(np.float32)


def test_covariance_is_the_sum_over_the_bins_of_each_band():
    spectra = features.spectrum(scene(), 512, 200).astype(complex)
    filters = mel.mel_filters(RATE, 512, 20)
    found = features.spatial_covariance(scene(), RATE, 512, 200, 20)
    for place, name in enumerate(["WW", "WY", "WZ", "WX", "YY", "YZ", "YX", "ZZ", "ZX", "XX"]):
        i, j = ("WYZX".index(letter) for letter in name)
        expected = (spectra[i] * spectra[j].conj()).real @ filters.T
        np.testing.assert_allclose(found[place], expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize(("gap", "norm"), [(60, 0.8660), (90, 0.7071), (120, 0.5), (180, 0)])
def test_two_equal_sources_pull_at_each_other(gap, norm):
    first, second = np.random.default_rng(5).standard_normal((2, 10 * RATE))
    x = ambisonics.encode(0, 0)[:, None] * first
    x = x + ambisonics.encode(np.radians(gap), 0)[:, None] * second
    s = features.spatial_covariance(x, RATE, hop=512).mean((1, 2), keepdims=True)
    front, left, up = features.covariance_to_intensity(s)[:, 0, 0]
    assert np.hypot(front, left) == pytest.approx(norm, abs=0.02)
    assert up == 0
    if norm:
        assert np.degrees(np.arctan2(left, front)) == pytest.approx(gap / 2, abs=2)


@given(st.floats(-np.pi, np.pi), st.floats(-1.5, 1.5), st.floats(0, 2), st.integers(0, 99))
def test_intensity_never_exceeds_one(azimuth, elevation, level, seed):
    more = np.random.default_rng(seed).standard_normal((4, 2000))
    x = wave(azimuth, elevation)[:, :2000] + np.float32(level) * more
    vector = features.intensity_vector(x, RATE, n_mels=20)
    assert np.linalg.norm(vector, axis=0).max() <= 1 + 1e-5


def test_a_delay_turns_the_phase_between_the_channels():
    t = np.arange(12000) / RATE
    # A quarter of a period of 1 kHz later on the right.
    pair = np.stack([np.cos(2000 * np.pi * t), np.cos(2000 * np.pi * t - np.pi / 2)])
    _, cosine, sine = features.interchannel(pair, RATE)[:, 5:-5, :]
    band = mel.mel_filters(RATE, 1024, 64)[:, round(1000 * 1024 / RATE)].argmax()
    np.testing.assert_allclose(sine[:, band], 1, atol=1e-3)
    np.testing.assert_allclose(cosine[:, band], 0, atol=1e-3)


def test_frames_are_centred():
    x = np.zeros(4800, np.float32)
    x[2400] = 1
    power = (np.abs(features.spectrum(x)) ** 2).sum(-1)
    assert power.argmax() == 10
    assert power[9] == pytest.approx(power[11], rel=1e-4)


@pytest.mark.parametrize(
    ("n_fft", "n"), [(1023, 4800), (1023, 4799), (1024, 4800), (64, 63), (64, 0)]
)
def test_there_are_as_many_frames_as_documented(n_fft, n):
    shape = (1 + n // 60, n_fft // 2 + 1)
    assert features.spectrum(noise[:n], n_fft, 60).shape == shape
    assert features.spectrum(torch.from_numpy(noise[:n]), n_fft, 60).shape == shape


@pytest.mark.parametrize("level", [0, 1e-30])
@pytest.mark.parametrize("n", [0, 1, 100, 1024])
def test_silent_and_short_clips_have_values(n, level):
    x = np.full((4, n), level, np.float32)
    np.testing.assert_allclose(features.log_mel(x, RATE), -100, atol=1e-4)
    assert (features.intensity_vector(x, RATE) == 0).all()
    assert (features.diffuseness(features.spatial_covariance(x, RATE)) == 1).all()


@pytest.mark.parametrize(
    "x",
    [
        scene(),
        wave(0.5, 0.2),
        wave(0.5, 0),
        diffuse(0.5),
        np.stack([noise] * 4),
        1e-4 * wave(2, 1),
    ],
    ids=["scene", "plane wave", "horizontal", "diffuse", "four times mono", "quiet"],
)
def test_nulls_survive_the_packing(x):
    """A beam away from a plane wave, a dipole across it: 0.05 dB, plus 1e-5 of the trace."""
    s = features.spatial_covariance(x, RATE)
    back = features.unpack_covariance(features.pack_covariance(s))
    random = np.random.default_rng(0)
    weights = np.concatenate(
        [
            ambisonics.beam_weights(random.uniform(-3, 3, 20), random.uniform(-1, 1, 20)),
            ambisonics.beam_weights([0.5 - np.pi], [-0.2]),
            [[0, np.cos(0.5), 0, -np.sin(0.5)]],
        ]
    )
    wanted, found = (features.covariance_to_beam(c.astype(float), weights) for c in (s, back))
    excess = np.abs(found - wanted) - (10**0.005 - 1) * np.abs(wanted)
    trace = s[features.DIAGONAL].sum(0)
    loud = trace > 1e3 * features.FLOOR
    assert loud.mean() > 0.9
    assert (excess / np.maximum(trace, features.FLOOR))[:, loud].max() < 1e-5
    assert np.linalg.norm(features.covariance_to_intensity(back), axis=0).max() <= 1 + 1e-5


def test_a_stored_covariance_is_negative_in_no_direction():
    s = features.spatial_covariance(scene(), RATE)
    back = features.unpack_covariance(features.pack_covariance(s))
    full = np.empty((*back.shape[1:], 4, 4))
    for place, (i, j) in enumerate(features.PAIRS):
        full[..., i, j] = full[..., j, i] = back[place]
    values = np.linalg.eigvalsh(full)
    assert (values[..., 0] >= -2e-6 * values[..., 3]).all()


@pytest.mark.parametrize("level", [1e-12, 1e-3, 1.0, 30.0])
def test_packing_neither_overflows_nor_underflows(level):
    s = features.spatial_covariance(np.float32(level) * scene(), RATE)
    packed = features.pack_covariance(s)
    assert packed.dtype == np.float16
    assert np.isfinite(packed).all()
    back = features.unpack_covariance(packed)
    if level < 1e-6:
        assert (back == 0).all()
    else:
        np.testing.assert_allclose(features.decibels(back[0]), features.decibels(s[0]), atol=0.05)


def test_intensity_per_bin_is_the_weighted_mean_over_the_bins_of_a_band():
    random = np.random.default_rng(3)
    x = random.normal(size=(4, 4800))
    # By NumPy in double precision.
    padded = np.pad(x, ((0, 0), (256, 256)))
    window = np.hanning(513)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, 512, -1)[:, ::240] * window
    spectra = np.fft.rfft(frames)
    energy = 0.5 * (np.abs(spectra) ** 2).sum(0)
    vectors = (spectra[0].conj() * spectra[[3, 1, 2]]).real / energy
    filters = mel.mel_filters(24000, 512, 32)
    expected = vectors @ filters.T / filters.sum(1)
    got = features.intensity_vector(x, 24000, 512, 240, 32, per="bin")
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert (np.linalg.norm(got, axis=0) <= 1 + 1e-6).all()
    silent = features.intensity_vector(np.zeros((4, 4800)), 24000, 512, 240, 32, per="bin")
    assert (silent == 0).all()
    tensor = features.intensity_vector(torch.from_numpy(x), 24000, 512, 240, 32, per="bin")
    np.testing.assert_allclose(tensor, got, atol=1e-4)


def test_vectors_turn_as_the_sound_field_does():
    x = np.random.default_rng(1).normal(size=(4, 4800))
    turn = ambisonics.look_at(0.7, -0.4)
    for per in ("band", "bin"):
        one = features.intensity_vector(x, 24000, 512, 240, 32, per=per)
        other = features.intensity_vector(ambisonics.rotate(x, turn), 24000, 512, 240, 32, per=per)
        np.testing.assert_allclose(features.rotate_vectors(one, turn), other, atol=1e-4)
