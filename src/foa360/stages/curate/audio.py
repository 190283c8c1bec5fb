"""Measures of a clip's sound, and what they make of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics import descriptors as measures
from foa360.ambisonics.evidence import Evidence, evidence
from foa360.config.curate import Curate
from foa360.media.audio import ClipAudio
from foa360.media.order import WYZX, Order
from foa360.stages.curate.convention import Convention, decide, unusable

Floats = NDArray[np.float64]

#: Reasons that a clip's own channels give; whether they fit a sound field, the video tells.
DEGENERATE = {
    "mono_in_w", "mono_in_all", "stereo_in_two", "stereo_upmix", "stereo", "paired_channels",
}  # fmt: skip
#: Reasons after which an energy ratio says no more.
NO_FIELD = {*DEGENERATE, "no_w", "a_format", "order_unknown", "undecided", "head_locked"}
#: Samples this many times full scale are no sound (damaged float), and overflow when squared.
LOUDEST = 1e4


@dataclass(frozen=True)
class Sound:
    """What is kept of a clip's sound while its video is read; planes in the order of their path."""

    reason: str | None = None
    message: str = ""
    cov: Floats | None = None  # after the low-pass
    full: Floats | None = None
    octaves: Floats | None = None
    found: Evidence | None = None
    silent_share: float = 0.0
    clipped_share: float = 0.0
    rms_dbfs: float = float("-inf")
    offset: float = 0.0


def measure(clip: ClipAudio, order: Order | None, settings: Curate) -> Sound:
    """Measure one clip as decoded."""
    # A damaged stream may decode to fewer channels than its header has.
    if clip.samples.shape[0] and (order is None or clip.samples.shape[0] <= max(order.planes)):
        return Sound("channel_count", f"{clip.samples.shape[0]} channels")
    if clip.reason or order is None:
        return Sound(clip.reason or "no_audio", clip.message)
    # A copy only where the order is another one.
    x = clip.samples[:4] if order.planes == WYZX else clip.samples[list(order.planes)]
    if not np.isfinite(x).all():
        return Sound("not_finite", f"{int((~np.isfinite(x)).any(0).sum())} samples")
    if x.size and (peak := float(max(x.max(), -x.min()))) > LOUDEST:
        return Sound("audio_damaged", f"samples of {peak:.0e} times full scale")
    of = measures.block_spectra(x, clip.sample_rate)
    full = measures.channel_covariance(x)
    return Sound(
        cov=measures.low_passed_covariance(of, settings.cutoff_hz),
        full=full,
        octaves=measures.octave_energies(of),
        found=evidence(of),
        silent_share=measures.silent_share(x, clip.sample_rate, settings.silence_dbfs),
        clipped_share=measures.clipped_share(x),
        rms_dbfs=measures.level_db(float(np.diag(full).max())),
        offset=float(np.abs(x.mean(-1)).max()) if x.size else 0.0,
    )


def judge(
    sound: Sound, order: Order | None, video: Convention | None, settings: Curate
) -> tuple[list[str], dict[str, Any]]:
    """Reasons and columns of a clip, given what was decided for its whole video."""
    if sound.cov is None or sound.full is None or sound.octaves is None or order is None:
        return ([sound.reason] if sound.reason else []), {}
    convention = video or unusable()
    changed = convention.planes != [0, 1, 2, 3] or convention.gains != [1.0] * 4
    repaired = changed and settings.repair and convention.name != "undecided"
    planes = convention.planes if repaired else [0, 1, 2, 3]
    gains = np.array(convention.gains if repaired else [1.0] * 4)
    cov = sound.cov[np.ix_(planes, planes)]
    after = cov * np.outer(gains, gains)
    energies = np.diag(sound.full)[planes] * gains**2
    before, ratio = (
        measures.covariance_to_energy_ratio(cov),
        measures.covariance_to_energy_ratio(after),
    )
    where = measures.dominant_direction(after)
    octaves = measures.octave_ratios(sound.octaves[planes])
    scaled = octaves * ratio / before if before > 0 else octaves
    reasons = _reasons(
        sound, convention, order, (before, before) if settings.strict else (ratio, usual(scaled)),
        settings,
    )  # fmt: skip
    if changed and not repaired and convention.name != "undecided":
        reasons = [r for r in reasons if not r.startswith(("rescaled", "reordered"))]
        reasons.append("not_ambix")
    if not order.proven:
        reasons.append("order_unproven")
    names = ("w", "y", "z", "x")
    return reasons, {
        "convention": convention.name,
        "planes": [order.planes[i] for i in planes],
        "gains": gains.tolist(),
        "confidence": convention.confidence,
        "undecided": list(convention.undecided),
        "energy_ratio": before,
        "energy_ratio_after": ratio,
        "octave_ratios": octaves.tolist(),
        "rms_dbfs": sound.rms_dbfs,
        **{f"energy_{n}_db": measures.level_db(e) for n, e in zip(names, energies, strict=True)},
        "correlations": measures.channel_correlations(after).tolist(),
        "effective_rank": measures.effective_rank(after),
        "w_coherence": measures.w_coherence(after),
        "silent_share": sound.silent_share,
        "clipped_share": sound.clipped_share,
        "dc_offset": sound.offset,
        "azimuth": np.degrees(where.azimuth),
        "elevation": np.degrees(where.elevation),
        "diffuseness": where.diffuseness,
    }


def usual(octaves: Floats) -> float:
    """Median of the ratios of the octaves from 125 Hz to 4 kHz that have sound; NaN for none."""
    heard = octaves[1:7][np.isfinite(octaves[1:7])]
    return float(np.median(heard)) if len(heard) else float("nan")


def _reasons(
    sound: Sound,
    convention: Convention,
    order: Order,
    ratios: tuple[float, float],
    settings: Curate,
) -> list[str]:
    """Reasons of the sound, with the energy ratio of the whole and that of most octaves."""
    assert sound.found is not None
    if sound.silent_share > settings.silent_share:
        return ["silent"]
    own = decide(sound.found, order.proven).reasons
    reasons = [r for r in own if r in DEGENERATE]
    reasons += [r for r in convention.reasons if r not in {*DEGENERATE, "horizontal_only"}]
    if "horizontal_only" in own:
        reasons.append("horizontal_only")
    if not NO_FIELD & set(reasons):
        low, high = settings.ratio_range
        whole, most = ratios
        off = not abs(whole - 1) <= settings.tau
        if (off and settings.strict) or not (low <= whole <= high or low <= most <= high):
            reasons.append("energy_ratio")
        elif not low <= whole <= high:
            reasons.append("octaves_disagree")
        elif off:
            reasons.append("energy_ratio_off")
    if sound.clipped_share > settings.clipped_share:
        reasons.append("clipped")
    if sound.offset > settings.dc_offset:
        reasons.append("dc_offset")
    return reasons
