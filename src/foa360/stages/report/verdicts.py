"""Why a clip was kept or not, in words: sentence of the reason, measured value, threshold."""

import math
from string import Formatter
from typing import Any

from foa360.config.curate import Curate
from foa360.core.reasons import MONO_OR_STEREO, REASONS
from foa360.stages.report.clips import ReportClip, fields_of
from foa360.stages.report.funnel import Loss

#: Names of the octaves of `octave_ratios`, Hz.
OCTAVES = ("63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")
RATIO = "ratio {ratio:.2f}, accepted {accepted}"
REPAIR = "ratio {energy_ratio:.2f} as decoded, {energy_ratio_after:.2f} after it"
LEVELS = (
    "levels in dB: W {energy_w_db:.0f}, Y {energy_y_db:.0f}, Z {energy_z_db:.0f},"
    " X {energy_x_db:.0f}; ratio {energy_ratio:.2f}"
)
LAGS = "{lags}; noted up to {max_lag:g} s"
#: What was measured and its threshold, by reason code: columns of the clip and keys of `curate`.
MEASURED = {
    "channel_count": "{audio_channels} channels, at least 4 are needed",
    "frame_too_large": "{width} × {height}, at most {max_megapixels:g} million pixels",
    **dict.fromkeys(("energy_ratio", "octaves_disagree"), f"{RATIO}; by octave: {{octaves}}"),
    "energy_ratio_off": "ratio {ratio:.2f}, 1 ± {tau:g}; accepted {accepted}",
    **dict.fromkeys(("rescaled_n3d", "rescaled_fuma", "converted_tbe"), REPAIR),
    **dict.fromkeys(("channels_apart", "channels_late", "channels_aligned"), LAGS),
    "silent": "{silent_share:.0%} of it is below {silence_dbfs:g} dBFS, at most {max_silent:.0%}",
    "static_video": "{static_share:.0%} of successive frames are equal, at most {max_static:.0%}",
    "clipped": "{clipped_share:.2%}, noted above {max_clipped:.2%}",
    "dc_offset": "{dc_offset:.3f} of full scale, noted above {max_dc:g}",
    "claim_disagrees": "claimed {claimed_convention}, found {convention}",
    "projection_disagrees": "claimed {claimed_projection}, found {projection}",
    "order_unproven": "{audio_codec}, {audio_layout}",
    "audio_offset": "{audio_offset:+.2f} s",
    "duration_mismatch": "{duration_difference:+.2f} s",
    **dict.fromkeys(
        (
            *MONO_OR_STEREO,
            "no_w",
            "a_format",
            "order_unknown",
            "undecided",
            "head_locked",
            "not_ambix",
            "horizontal_only",
        ),
        LEVELS,
    ),
}
#: Reasons that state the energy ratio.
RATIO_CODES = {"energy_ratio", "octaves_disagree", "energy_ratio_off"}


def verdict_text(clip: ReportClip, lost: Loss | None, settings: Curate) -> str:
    """Describe the verdict on a clip, what decided first."""
    values = _values(clip, settings)
    if lost is None:
        parts = [_reason(code, values) for code in clip.reasons]
        if values["ratio"] is not None and not RATIO_CODES & set(clip.reasons):
            place = "within" if abs(values["ratio"] - 1) <= settings.tau else "outside"
            parts.insert(0, f"energy ratio {values['ratio']:.2f}, {place} 1 ± {settings.tau:g}")
        return f"Kept: {'; '.join(parts)}." if parts else "Kept."
    detail = f" [{clip.message}]" if clip.message else ""
    text = f"{clip.verdict.capitalize()}: {_reason(lost.code, values)}{detail}."
    if lost.further:
        text += f" Further: {'; '.join(_reason(code, values) for code in lost.further)}."
    return text


def judged_ratio(clip: ReportClip, settings: Curate) -> float | None:
    """Return the energy ratio that was judged: as decoded if strict, else after repair."""
    return clip.energy_ratio if settings.strict else clip.energy_ratio_after


def _reason(code: str, values: dict[str, Any]) -> str:
    """Return the sentence of a reason; with its numbers, if all of them were measured."""
    template = MEASURED.get(code)
    needed = [name for _, name, _, _ in Formatter().parse(template or "") if name]
    if template is None or any(values[name] is None for name in needed):
        return REASONS[code].sentence
    return f"{REASONS[code].sentence} ({template.format_map(values)})"


def _values(clip: ReportClip, settings: Curate) -> dict[str, Any]:
    """Return everything that the templates name; None for what was not measured."""
    ratio = judged_ratio(clip, settings)
    low, high = settings.ratio_range
    return {
        **fields_of(clip),
        "ratio": ratio,
        "octaves": _octaves(clip, ratio),
        "lags": _lags(clip),
        "accepted": f"1 ± {settings.tau:g}" if settings.strict else f"{low:g} to {high:g}",
        "tau": settings.tau,
        "max_lag": settings.max_lag,
        "max_megapixels": settings.max_megapixels,
        "silence_dbfs": settings.silence_dbfs,
        "max_silent": settings.silent_share,
        "max_static": settings.static_share,
        "max_clipped": settings.clipped_share,
        "max_dc": settings.dc_offset,
    }


def _octaves(clip: ReportClip, ratio: float | None) -> str | None:
    """List the ratio of each octave with a signal, as it was judged."""
    if clip.octave_ratios is None or ratio is None or not clip.energy_ratio:
        return None
    named = zip(OCTAVES, clip.octave_ratios, strict=True)
    scale = ratio / clip.energy_ratio
    return ", ".join(f"{name} Hz {scale * r:.2f}" for name, r in named if math.isfinite(r))


def _lags(clip: ReportClip) -> str | None:
    if clip.channel_lags is None:
        return None
    named = zip("WYZX", clip.channel_lags, strict=True)
    return ", ".join(f"{name} {1000 * lag:.1f} ms" for name, lag in named)
