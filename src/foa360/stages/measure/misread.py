"""Recognize samples that a decoder reads in a wrong format."""

import numpy as np
from numpy.typing import NDArray

#: Samples that a decoder misreads are uniform noise at full scale (RMS 0.577): their RMS is above
#: this, and the correlation of successive ones below this. No recording is: what is as loud is
#: clipped, and steady.
MISREAD_RMS, MISREAD_CORRELATION = 0.5, 0.1


def is_misread(x: NDArray[np.floating]) -> bool:
    """Whether signals `(C, n)` are what a wrong sample format makes of a recording.

    Exchanged or offset bytes leave the noise of the lowest bits at full scale, in all channels.
    """
    energies = np.einsum("cn,cn->c", x, x)
    if not x.shape[-1] or energies.min() < MISREAD_RMS**2 * x.shape[-1]:
        return False
    successive = np.einsum("cn,cn->c", x[:, 1:], x[:, :-1])
    return bool(np.abs(successive / energies).max() < MISREAD_CORRELATION)
