"""Which planes are W, Y, Z and X, with which gains, or why they cannot be.

The evidence are covariances of tiles of time and frequency. Where one plane wave dominates a tile,
the dipoles' energy is that of W times 1 (SN3D), 2 (FuMa) or 3 (N3D), in that tile and not only in
the sum over all of them. Unrelated channels, capsules and stereo pairs do not do that. What no
signal can tell (the order and the signs of the dipoles) is left as the codec's path has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import CONVENTIONS
from foa360.measures import EMPTY, ratio_of, tile_covariance

Floats = NDArray[np.float64]

#: Energy of the dipoles relative to W, by convention.
RATIOS = {"ACN/SN3D": 1.0, "FuMa": 2.0, "ACN/N3D": 3.0}
#: Where W, Y, Z, X are: in the codec's own order, and AAC 5.1 or 4.0 read as they come.
ORDERS = [[0, 1, 2, 3], [2, 1, 3, 0], [2, 0, 1, 3]]
#: Tetrahedral capsules FLU, FRD, BLD, BRU to WYZX.
A_TO_B = 0.5 * np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, -1, -1, 1], [1, 1, -1, -1]])
A_TO_B[1:] *= 3**0.5

#: Misfit (0 to 1) that still counts as ambisonics, and the lead that another reading must have.
FITS, LEAD = 0.62, 0.12
#: The same where W has little in common with the dipoles, as in diffuse noise or a surround mix.
FITS_INCOHERENT, COHERENT = 0.35, 0.2
#: Capsules are about as loud as each other, and have to fit much better than any other reading.
CAPSULES_ALIKE, CAPSULES_FIT, CAPSULES_LEAD = 0.05, 0.3, 0.65
#: A gain class other than SN3D must fit as well as this, and the ratio be as near, relatively.
GAIN_FITS, GAIN_NEAR = 0.3, 0.22


@dataclass
class Evidence:
    """Sums over tiles; those of several clips of one video add up."""

    cov: Floats
    misfits: dict[str, Floats] = field(default_factory=dict)
    louder: float = 0.0  # energy of the second plane above the first's
    undirected: float = 0.0  # energy of W in tiles where the dipoles have little

    def __add__(self, other: "Evidence") -> "Evidence":
        """Evidence of two clips together."""
        return Evidence(
            self.cov + other.cov,
            {k: self.misfits[k] + other.misfits[k] for k in self.misfits},
            self.louder + other.louder,
            self.undirected + other.undirected,
        )


class Convention(NamedTuple):
    """What was decided: name, planes of W, Y, Z, X, gains to SN3D, and reason codes."""

    name: str
    planes: list[int]
    gains: list[float]
    reasons: list[str]


def evidence(x: NDArray[np.floating], sample_rate: float, cutoff: float = 4000.0) -> Evidence:
    """What one clip `(4, n)`, in the order of its codec's path, tells."""
    tiles = tile_covariance(x, sample_rate, cutoff)
    cov = tiles.sum(0) if len(tiles) else np.zeros((4, 4))
    capsules = A_TO_B @ tiles @ A_TO_B.T
    misfits = {str(order): _misfit(tiles[:, order][:, :, order]) for order in ORDERS}
    misfits["capsules"] = _misfit(capsules)
    energy = tiles[:, 0, 0]
    dipoles = np.trace(tiles, axis1=1, axis2=2) - energy
    return Evidence(
        cov,
        misfits,
        louder=float(np.clip(tiles[:, 1, 1] - energy, 0, None).sum()),
        undirected=float(energy[dipoles < 0.15 * energy].sum()),
    )


def _misfit(tiles: Floats) -> Floats:
    """Sums over tiles, `(4, 2)`: numerators and denominators of four shares.

    Rows 0 to 2 are |B - r A| over B + r A for each ratio r, where A is W's energy and B that of the
    dipoles; row 3 is the energy of W that is coherent with the dipoles, over that of W.
    """
    a, cross = tiles[:, 0, 0], tiles[:, 0, 1:]
    b = np.trace(tiles, axis1=1, axis2=2) - a
    rows = [[np.abs(b - r * a).sum(), (b + r * a).sum()] for r in RATIOS.values()]
    coherent = (cross**2).sum(1) / np.maximum(b, 1e-30)
    return np.array([*rows, [np.minimum(coherent, a).sum(), a.sum()]])


def decide(found: Evidence) -> Convention:
    """Convention of a clip, or of a whole video from the sum of its clips' evidence."""
    energy = np.diag(found.cov)
    if energy.max() <= 0:
        return Convention("undecided", [0, 1, 2, 3], [1.0] * 4, [])
    there = energy > EMPTY * energy.max()
    wrong = _degenerate(found, energy, there)
    if wrong:
        return Convention("undecided", [0, 1, 2, 3], [1.0] * 4, [wrong])
    shares = {k: m[:, 0] / np.maximum(m[:, 1], 1e-30) for k, m in found.misfits.items()}
    fits = {k: m[:3] for k, m in shares.items()}
    plain = fits[str(ORDERS[0])]
    alike, capsules = energy.min() > CAPSULES_ALIKE * energy.max(), fits.pop("capsules")
    if alike and capsules[0] < min(CAPSULES_FIT, CAPSULES_LEAD * plain.min()):
        return Convention("undecided", ORDERS[0], [1.0] * 4, ["no_w"])
    # Another order is believed with SN3D gains only: two guesses at once fit too much.
    # Orders with the same W fit alike; then the height has the least energy, as in most scenes.
    best, _, order = min((round(float(fits[str(o)][0]), 3), float(energy[o[2]]), o) for o in ORDERS)
    if best >= min(FITS, plain.min() - LEAD):
        order = ORDERS[0]
    fit, coherent = fits[str(order)], shares[str(order)][3] > COHERENT
    if fit.min() > (FITS if coherent else FITS_INCOHERENT):
        return _misfitting(found, ratio_of(found.cov), energy)
    return _with_gains(found, order, fit, there)


def _with_gains(
    found: Evidence, order: list[int], fit: Floats, there: NDArray[np.bool_]
) -> Convention:
    """The convention for an order of planes, by how well each gain class fits."""
    energy = np.diag(found.cov)[order]
    ratios = np.array(list(RATIOS.values()))
    ratio = ratio_of(found.cov[np.ix_(order, order)])
    reasons = ["reordered"] if order != ORDERS[0] else []
    kind = int(np.argmin(np.where(np.abs(ratio / ratios - 1) < GAIN_NEAR, fit, np.inf)))
    name = list(RATIOS)[kind]
    near = abs(ratio / ratios[kind] - 1) < GAIN_NEAR
    if reasons or not (near and fit[kind] < min(GAIN_FITS, fit[0] - 0.05)):
        name = "ACN/SN3D"
    if name == "FuMa" and energy[2] < 0.5 * energy[3]:
        name = "ACN/FuMa"  # the height has the least energy in most scenes
    if order == ORDERS[0] and not there[2]:
        reasons.append("horizontal_only")
    reorder, gains = CONVENTIONS[name]
    if name != "ACN/SN3D":
        reasons.append("rescaled_n3d" if name == "ACN/N3D" else "rescaled_fuma")
    return Convention(name, [order[i] for i in reorder], [float(g) for g in gains], reasons)


def _misfitting(found: Evidence, ratio: float, energy: Floats) -> Convention:
    """Tiles that fit no order: head-locked sound over a field, or no field at all."""
    head_locked = ratio < 0.6 and found.undirected > 0.4 * energy[0]
    reason = "head_locked" if head_locked else "no_w"
    return Convention("undecided", [0, 1, 2, 3], [1.0] * 4, [reason])


def _degenerate(found: Evidence, energy: Floats, there: NDArray[np.bool_]) -> str | None:
    """Reasons that the channels themselves give, before any thought of directions."""
    if there.sum() == 1:
        return "mono_in_w"
    if not there[0]:
        return "no_w"
    if there[0] and there[1] and there.sum() == 2:
        # L - R is never louder than L + R; either of L and R may be.
        return "stereo_in_two" if found.louder > 0.02 * energy.sum() else "stereo_upmix"
    scale = np.sqrt(np.maximum(energy, 1e-30))
    rho = found.cov / np.outer(scale, scale)
    level = 10 * np.log10(np.maximum(energy, 1e-30) / energy.max())

    def same(i: int, j: int) -> bool:
        return bool(rho[i, j] > 0.98 and abs(level[i] - level[j]) < 0.7)

    if all(same(0, i) for i in (1, 2, 3)):
        return "mono_in_all"
    if (same(0, 2) and same(1, 3)) or (same(0, 1) and same(2, 3)) or (same(0, 3) and same(1, 2)):
        return "paired_channels"
    return None


def identify_convention(x: NDArray[np.floating], sample_rate: float) -> Convention:
    """Convention of one clip `(4, n)` from its signal alone.

    See `decide` for several clips of one video. Raises ValueError for another shape.
    """
    if x.ndim != 2 or x.shape[0] != 4:
        raise ValueError(f"need (4, n) signals, got {x.shape}")
    return decide(evidence(x, sample_rate))


def total(parts: Sequence[Evidence]) -> Evidence | None:
    """Evidence of several clips together; None for no clip."""
    parts = list(parts)
    return sum(parts[1:], parts[0]) if parts else None
