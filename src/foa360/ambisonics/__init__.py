"""First-order ambisonics: encoding, conventions, rotation, beams, spectral features and measures.

Conventions: x front, y left, z up; azimuth counter-clockwise seen from above, elevation up, in
radians. Signals are `(..., 4, n)` in WYZX (ACN) order with SN3D weights. Functions of signals and
features take NumPy arrays and PyTorch tensors alike, and return the same kind.
"""

from foa360.ambisonics.covariance import (
    DIAGONAL,
    PAIRS,
    covariance_to_beam,
    covariance_to_intensity,
    covariance_to_log_mel,
    rotate_covariance,
    spatial_covariance,
)
from foa360.ambisonics.descriptors import (
    Direction,
    channel_correlations,
    channel_covariance,
    covariance_to_energy_ratio,
    dominant_direction,
    effective_rank,
    energy_ratio,
    w_coherence,
)
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
from foa360.ambisonics.intensity import diffuseness, intensity_vector, rotate_vectors
from foa360.ambisonics.mel import mel_filters
from foa360.ambisonics.spectra import (
    POWER_FLOOR,
    decibels,
    interchannel,
    log_mel,
    spectrum,
    to_mel,
)

__all__ = [
    "CONVENTIONS",
    "DIAGONAL",
    "PAIRS",
    "POWER_FLOOR",
    "Direction",
    "Pattern",
    "beam_weights",
    "beamform",
    "channel_correlations",
    "channel_covariance",
    "channel_rotation",
    "convert",
    "covariance_to_beam",
    "covariance_to_energy_ratio",
    "covariance_to_intensity",
    "covariance_to_log_mel",
    "decibels",
    "diffuseness",
    "dominant_direction",
    "effective_rank",
    "encode",
    "energy_ratio",
    "intensity_vector",
    "interchannel",
    "log_mel",
    "look_at",
    "mel_filters",
    "rotate",
    "rotate_covariance",
    "rotate_vectors",
    "rotation",
    "spatial_covariance",
    "spectrum",
    "stereo",
    "to_mel",
    "w_coherence",
]
