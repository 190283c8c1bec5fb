"""Active intensity and diffuseness in mel bands."""

from typing import Literal

from array_api_compat import array_namespace

from foa360.ambisonics.arrays import Array, Values, mix_rows
from foa360.ambisonics.covariance import covariance_to_intensity, spatial_covariance
from foa360.ambisonics.spectra import POWER_FLOOR, spectrum_in_blocks, to_mel


def intensity_vector(
    x: Array,
    sample_rate: float,
    n_fft: int = 1024,
    hop: int = 240,
    n_mels: int = 64,
    per: Literal["band", "bin"] = "band",
) -> Array:
    """Normalised active intensity I = Re{W* [X, Y, Z]} / (½ (|W|² + |X|² + |Y|² + |Z|²)).

    Its norm is 1 for one plane wave, less for several or a diffuse field, 0 for silence.

    Parameters
    ----------
    x : (..., 4, n)
        WYZX, SN3D.
    sample_rate : float
        In Hz.
    n_fft : int
        Window length and FFT size, samples.
    hop : int
        Distance between frames, samples.
    n_mels : int
        Number of mel bands.
    per : {"band", "bin"}
        Per `band`, numerator and denominator are summed in mel bands first. Per `bin`, the vectors
        of the bins are averaged with the mel weights, whatever their energy (as in the DCASE
        baselines, whose sums depend on the width of the band).

    Returns
    -------
    (..., 3, frames, bands)
        X, Y, Z.
    """
    if per == "band":
        return covariance_to_intensity(spatial_covariance(x, sample_rate, n_fft, hop, n_mels))
    xp = array_namespace(x)

    def band_means(real: Array, imaginary: Array) -> Array:
        energy = 0.5 * (real**2 + imaginary**2).sum(-3)
        silent = energy <= POWER_FLOOR
        scale = ~silent / (energy + silent)
        w, w_imaginary = real[..., 0, :, :], imaginary[..., 0, :, :]
        ones = energy[..., :1, :] * 0 + 1
        weights = to_mel(ones, sample_rate, n_fft, n_mels)
        vectors = []
        for channel in (3, 1, 2):
            cross = w * real[..., channel, :, :] + w_imaginary * imaginary[..., channel, :, :]
            vectors.append(cross * scale)
        sums = to_mel(xp.stack(vectors, axis=-3), sample_rate, n_fft, n_mels)
        return sums / weights[..., None, :, :]

    return spectrum_in_blocks(x, n_fft, hop, band_means)


def rotate_vectors(vectors: Array, matrix: Values) -> Array:
    """Rotate vectors `(..., 3, frames, bands)` as X, Y, Z by `(..., 3, 3)`."""
    return mix_rows(matrix, vectors)


def diffuseness(s: Array) -> Array:
    """ψ = 1 - |I| / E `(..., frames, bands)` of a covariance `(..., 10, frames, bands)`.

    0 for one plane wave, 1 for an ideal diffuse field and for silence.
    """
    return 1 - (covariance_to_intensity(s) ** 2).sum(-3) ** 0.5
