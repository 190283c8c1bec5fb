"""First-order ambisonics: encoding, conventions, rotation, beams, spectral features and measures.

Conventions: x front, y left, z up; azimuth counter-clockwise seen from above, elevation up, in
radians. Signals are `(..., 4, n)` in WYZX (ACN) order with SN3D weights. The functions take NumPy
arrays and PyTorch tensors alike, and return the same kind.
"""

from foa360.ambisonics.covariance import (
    DIAGONAL,
    FLOOR,
    PAIRS,
    covariance_to_beam,
    covariance_to_intensity,
    covariance_to_log_mel,
    decibels,
    diffuseness,
    intensity_vector,
    interchannel,
    log_mel,
    pack_covariance,
    rotate_covariance,
    rotate_vectors,
    spatial_covariance,
    spectrum,
    to_mel,
    unpack_covariance,
)
from foa360.ambisonics.descriptors import energy_ratio
from foa360.ambisonics.field import (
    CONVENTIONS,
    Pattern,
    beam_weights,
    beamform,
    channel_rotation,
    convert,
    encode,
    look_at,
    rotate,
    rotation,
    stereo,
)
from foa360.ambisonics.mel import mel_filters

__all__ = [
    "CONVENTIONS", "DIAGONAL", "FLOOR", "PAIRS", "Pattern", "beam_weights", "beamform",
    "channel_rotation", "convert", "covariance_to_beam", "covariance_to_intensity",
    "covariance_to_log_mel", "decibels", "diffuseness", "encode", "energy_ratio",
    "intensity_vector", "interchannel", "log_mel", "look_at", "mel_filters", "pack_covariance",
    "rotate", "rotate_covariance", "rotate_vectors", "rotation", "spatial_covariance", "spectrum",
    "stereo", "to_mel", "unpack_covariance",
]  # fmt: skip
