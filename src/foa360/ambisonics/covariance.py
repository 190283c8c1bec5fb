"""Spatial covariance in mel bands, and the features that follow from it.

The log-mel spectrum of any beam or rotated channel and the band-wise intensity vector follow from
the covariance without the audio.
"""

import numpy as np
from array_api_compat import array_namespace

from foa360.ambisonics.arrays import Array, Values, as_coefficients, like, mix_rows
from foa360.ambisonics.field import channel_rotation
from foa360.ambisonics.spectra import POWER_FLOOR, decibels, spectrum_in_blocks, to_mel

#: Channel pairs of the covariance: WW WY WZ WX YY YZ YX ZZ ZX XX.
PAIRS = [(i, j) for i in range(4) for j in range(i, 4)]
#: Positions of WW, YY, ZZ, XX in `PAIRS`.
DIAGONAL = [PAIRS.index((i, i)) for i in range(4)]
#: Positions of WX, WY, WZ in `PAIRS`.
W_WITH_XYZ = [PAIRS.index((0, 3)), PAIRS.index((0, 1)), PAIRS.index((0, 2))]

_FIRST, _SECOND = np.array(PAIRS).T


def spatial_covariance(
    x: Array, sample_rate: float, n_fft: int = 1024, hop: int = 240, n_mels: int = 64
) -> Array:
    """Mel-band covariance S_ij(t, m) = Σ_f M(m, f) Re{X_i X_j*}.

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

    Returns
    -------
    (..., 10, frames, bands)
        Channel pairs in the order of `PAIRS`.

    Raises
    ------
    ValueError
        If there are not four channels.
    """
    if x.shape[-2] != 4:
        raise ValueError(f"need (..., 4, n) signals, got {tuple(x.shape)}")
    xp = array_namespace(x)

    def band_covariance(real: Array, imaginary: Array) -> Array:
        products = []
        for i, j in PAIRS:
            # In one expression NumPy reuses the memory of its first term.
            product = (
                real[..., i, :, :] * real[..., j, :, :]
                + imaginary[..., i, :, :] * imaginary[..., j, :, :]
            )
            products.append(product)
        return to_mel(xp.stack(products, axis=-3), sample_rate, n_fft, n_mels)

    return spectrum_in_blocks(x, n_fft, hop, band_covariance)


def rotate_covariance(s: Array, matrix: Values) -> Array:
    """Covariance `(..., 10, frames, bands)` of the sound field rotated by `(..., 3, 3)`: Q S Qᵀ."""
    q = channel_rotation(as_coefficients(matrix))
    a, b = _FIRST[:, None], _SECOND[:, None]
    i, j = _FIRST[None, :], _SECOND[None, :]
    # S_ij stands for S_ji, too.
    off_diagonal = like((i != j) * 1.0, q)
    coefficients = q[..., a, i] * q[..., b, j] + off_diagonal * q[..., a, j] * q[..., b, i]
    return mix_rows(coefficients, s)


def covariance_to_beam(s: Array, weights: Values) -> Array:
    """Power `(..., frames, bands)` of a beam with weights `(..., 4)` on WYZX: gᵀ S g."""
    g = as_coefficients(weights)
    # Pairs of different channels stand for S_ij and S_ji.
    multiplicity = like(1.0 + (_FIRST != _SECOND), g)
    coefficients = multiplicity * g[..., _FIRST] * g[..., _SECOND]
    return mix_rows(coefficients[..., None, :], s)[..., 0, :, :]


def covariance_to_log_mel(s: Array) -> Array:
    """Log-mel spectra of W, Y, Z, X in dB, `(..., 4, frames, bands)`."""
    return decibels(s[..., DIAGONAL, :, :])


def covariance_to_intensity(s: Array) -> Array:
    """Normalised active intensity as X, Y, Z, `(..., 3, frames, bands)`.

    2 [S_WX, S_WY, S_WZ] / tr S of each band, as `intensity_vector` gives it per band.
    """
    energy = 0.5 * s[..., DIAGONAL, :, :].sum(-3)[..., None, :, :]
    cross = s[..., W_WITH_XYZ, :, :]
    silent = energy <= POWER_FLOOR
    return cross * ~silent / (energy + silent)
