"""Section `curate` of the configuration: measurements and verdicts."""

from typing import Literal, Self

from pydantic import Field, model_validator

from foa360.config.section import Section, Share, fill
from foa360.core.reasons import REASONS, REJECTING

#: Values that a preset sets for keys that are not set.
CURATE_PRESETS: dict[str, dict[str, object]] = {
    "default": {},
    "wang2022": {
        "strict": True,
        "repair": False,
    },
    "sphere360": {
        "silence_dbfs": -35.0,
        "reject": ["silent", "static_video"],
    },
}
#: Former reason codes and the codes that replace them.
RENAMED_REASONS = {
    "static_picture": "static_video",
    "black_picture": "black_video",
    "stereo_picture": "stereoscopic",
    "one_eye": "converted_stereoscopic",
    "length_mismatch": "duration_mismatch",
}


class Curate(Section):
    """How clips are measured, and which of them are rejected.

    A preset sets the keys that are not set here. `wang2022` (Wang et al. 2022) sets strict and no
    repair. `sphere360` (the published filters of Sphere360) sets a silence threshold of -35 dBFS
    and rejects only silent and static clips.
    """

    preset: Literal["default", "wang2022", "sphere360"] = Field(
        "default", description="Values of keys that are not set, see above"
    )
    tau: float = Field(
        0.1, gt=0, lt=1, description="Tolerance of the energy ratio E_xyz/E_w around 1"
    )
    strict: bool = Field(
        False,
        description="Reject a clip if |E_xyz/E_w - 1| > tau as decoded, before any repair; by"
        " default this is a note",
    )
    ratio_range: tuple[float, float] = Field(
        (0.4, 2.5), description="Lowest and highest energy ratio accepted after repair"
    )
    cutoff_hz: float = Field(
        4000.0, gt=50, description="Cutoff of the low-pass filter before the energy ratio, Hz"
    )
    max_megapixels: float = Field(
        70.0,
        gt=0,
        description="Size of a frame above which a video is not decoded, million pixels; 8192 by"
        " 8192 has 67",
    )
    silence_dbfs: float = Field(
        -60.0, lt=0, description="Level below which a 20 ms chunk is silent, dBFS"
    )
    silent_share: Share = Field(
        0.9, description="Share of silent chunks above which a clip is silent"
    )
    clipped_share: Share = Field(
        1e-3, description="Share of samples at full scale above which a clip gets a note"
    )
    dc_offset: Share = Field(
        0.03, description="Absolute mean of a channel above which a clip gets a note, full scale ±1"
    )
    static_change: float = Field(
        7.0,
        ge=0,
        description="Change of a block, above the noise of the clip, below which two successive"
        " frames are equal, in 8-bit levels",
    )
    static_drift: float = Field(
        2.0,
        ge=0,
        description="Slow change from the first to the last third of a clip from which on it is"
        " not static, in 8-bit levels: clouds",
    )
    static_share: Share = Field(
        0.85, description="Share of equal successive frames above which a clip is static"
    )
    layout_confidence: Share = Field(
        0.5,
        description="Probability of the layout of the sphere, from frames and label, below which it"
        " is unknown",
    )
    repair: bool = Field(
        True,
        description="Convert clips in other known conventions and layouts instead of rejecting"
        " them",
    )
    repair_probability: Share = Field(
        0.5,
        description="Probability of the convention from which on clips are converted; the others"
        " are left as they are",
    )
    unsure: Literal["keep", "reject"] = Field(
        "keep",
        description="What becomes of clips that are likelier in another convention than ambiX, but"
        " less likely than `repair_probability`: kept with a note, or rejected as undecided",
    )
    max_lag: float = Field(
        0.04,
        gt=0,
        lt=0.5,
        description="Lag of a component behind W, s, up to which a clip gets a note; about a frame"
        " of the STFT of `features`. Directions are wrong below it, too",
    )
    align: bool = Field(
        False, description="Shift components that are not in time with W, whatever their lag"
    )
    reject: list[str] | None = Field(
        None, description="Reason codes that reject a clip; by default every code that can"
    )
    score_only: bool = Field(
        False, description="Reject nothing, and record all measurements and reasons"
    )

    @property
    def max_pixels(self) -> int:
        """Number of pixels above which a frame is not decoded."""
        return round(self.max_megapixels * 1e6)

    @property
    def rejecting(self) -> frozenset[str]:
        """Reason codes that reject a clip."""
        if self.score_only:
            return frozenset()
        if self.reject is None:
            return REJECTING
        return frozenset(self.reject)

    @model_validator(mode="after")
    def _fill_from_preset(self) -> Self:
        fill(self, CURATE_PRESETS[self.preset])
        return self

    @model_validator(mode="after")
    def _check_ratio_range(self) -> Self:
        low, high = self.ratio_range
        if not 0 <= low < 1 < high:
            raise ValueError(
                f"ratio_range = [{low:g}, {high:g}]: must be two numbers with 0 <= low < 1 < high"
            )
        return self

    @model_validator(mode="after")
    def _check_reject(self) -> Self:
        codes = set(self.reject or ())
        renamed = sorted(codes & set(RENAMED_REASONS))
        if renamed:
            replacements = [_replacement(code) for code in renamed]
            raise ValueError(f"reject: {'; '.join(replacements)}")
        unknown = sorted(codes - REJECTING)
        if unknown:
            allowed = ", ".join(sorted(REJECTING))
            raise ValueError(f"reject = {unknown}: must be among {allowed}")
        return self


def _replacement(old: str) -> str:
    """Return what replaces a former reason code, as part of a message."""
    new = RENAMED_REASONS[old]
    sentence = f"the reason code '{old}' is now '{new}'"
    if REASONS[new].kind == "note":
        sentence += ", a note, which cannot reject a clip"
    return sentence
