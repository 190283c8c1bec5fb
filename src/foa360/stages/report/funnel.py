"""The way of clips from the list to the kept ones, and where each lost clip left it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from foa360.core.reasons import MONO_OR_STEREO, NOT_FETCHED, REASONS, REJECTING, Verdict

#: Stages that clips pass, in order, with the codes of what each removes. A clip that has passed all
#: is kept.
STAGES: dict[str, tuple[str, ...]] = {
    "fetched": NOT_FETCHED,
    "decoded": (
        "empty_file",
        "unreadable",
        "no_audio",
        "no_video",
        "audio_damaged",
        "video_damaged",
        "frame_too_large",
        "display_matrix",
        "clip_outside",
        "not_finite",
        "sizes_differ",
    ),
    "four channels": ("channel_count", "codec_unknown"),
    "ambisonic": (
        *MONO_OR_STEREO,
        "no_w",
        "a_format",
        "order_unknown",
        "undecided",
        "head_locked",
        "channels_apart",
        "convention_mixed",
        "component_drops_out",
        "band_limited",
        "dead_capsule",
        "not_ambix",
        "energy_ratio",
    ),
    "not silent": ("silent",),
    "not static": ("static_video", "black_video"),
    "spherical": (
        "eac",
        "cubemap",
        "stereoscopic",
        "not_spherical",
        "divided_frames",
        "sphere_part",
        "not_stitched",
        "other_projection",
        "projection_unknown",
    ),
}
STAGE_OF_CODE = {code: stage for stage, codes in STAGES.items() for code in codes}
ORDER = {code: number for number, code in enumerate(STAGE_OF_CODE)}


class Loss(NamedTuple):
    """Why a clip was lost: the first stage that lost it, its reason there, and further reasons."""

    stage: str
    code: str
    further: tuple[str, ...]


class Step(NamedTuple):
    """Clips that have passed a stage, and clips lost there by their first reason."""

    stage: str
    passed: int
    lost: dict[str, int]


def loss(verdict: str, codes: Sequence[str], rejecting: Collection[str] = REJECTING) -> Loss | None:
    """Return what decided on a clip; None for a kept one.

    Parameters
    ----------
    verdict : str
        kept, rejected or failed.
    codes : sequence of str
        Reason codes of the clip.
    rejecting : collection of str
        Codes that reject a clip.
    """
    if verdict == Verdict.KEPT:
        return None
    deciding = [code for code in codes if REASONS[code].kind == "failed" or code in rejecting]
    # A clip that failed was not judged by what could not be measured: its failure comes first.
    if verdict == Verdict.FAILED:
        deciding = [code for code in deciding if REASONS[code].kind == "failed"]
    first = min(deciding, key=ORDER.__getitem__)
    return Loss(STAGE_OF_CODE[first], first, tuple(code for code in codes if code != first))


def steps(losses: Iterable[Loss | None]) -> list[Step]:
    """Count clips stage by stage; every lost clip is counted once, at the first stage that lost it.

    The first step has all clips, the last the kept ones, and the losses of a step are those between
    it and the step before.
    """
    lost: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
    listed = 0
    for found in losses:
        listed += 1
        if found is not None:
            lost[found.stage][found.code] += 1
    counted = [Step("listed", listed, {})]
    left = listed
    for stage, codes in STAGES.items():
        left -= lost[stage].total()
        counted.append(
            Step(stage, left, {code: lost[stage][code] for code in codes if lost[stage][code]})
        )
    return counted
