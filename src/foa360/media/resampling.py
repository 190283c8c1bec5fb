"""Change the sampling rate of audio."""

import math

import numpy as np
import scipy
from numpy.typing import NDArray


def resampled(x: NDArray[np.floating], sample_rate: int, target: int) -> NDArray[np.float32]:
    """Return signals `(..., n)` at another sampling rate, Hz."""
    common = math.gcd(sample_rate, target)
    factors = target // common, sample_rate // common
    return np.asarray(scipy.signal.resample_poly(x, *factors, axis=-1), np.float32)
