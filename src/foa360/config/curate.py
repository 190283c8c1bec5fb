"""Section `curate` of the configuration: measures and verdicts."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from foa360.config.section import Section, Share, fill
from foa360.core.reasons import REJECTING

#: Values that a preset gives to keys that are not set.
CURATE_PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "wang2022": {"strict": True, "repair": False},
    "sphere360": {"silence_dbfs": -35.0, "reject": ["silent", "static_video"]},
}


class Curate(Section):
    """Measures and verdicts.

    A preset sets what is not set here: `wang2022` (Wang et al. 2022) sets strict and no repair;
    `sphere360` (its published filters) a silence of -35 dBFS, and rejects silent and static clips
    only.
    """

    preset: Literal["default", "wang2022", "sphere360"] = Field(
        "default", description="values for what is not set, see above"
    )
    tau: float = Field(0.1, gt=0, lt=1, description="tolerance of the energy ratio")
    strict: bool = Field(
        False, description="reject |E_xyz/E_w - 1| > tau as decoded; else it is a note"
    )
    ratio_range: tuple[float, float] = Field(
        (0.4, 2.5), description="energy ratios that are accepted, after repair"
    )
    cutoff_hz: float = Field(4000.0, gt=50, description="low-pass before the energy ratio, Hz")
    silence_dbfs: float = Field(-60.0, lt=0, description="a 20 ms chunk below this is silent, dBFS")
    silent_share: Share = Field(
        0.9, description="a clip with a larger share of silent chunks is silent"
    )
    clipped_share: Share = Field(1e-3, description="of samples at full scale that is worth a note")
    dc_offset: Share = Field(0.03, description="mean of a channel that is worth a note")
    static_mse: float = Field(
        5.0, ge=0, description="mean square difference below which two pictures are the same"
    )
    static_share: Share = Field(
        0.85, description="a clip with a larger share of still frames is static"
    )
    repair: bool = Field(
        True, description="convert known other conventions and layouts instead of rejecting them"
    )
    reject: list[str] | None = Field(
        None, description="reasons that reject a clip; without it all that can"
    )
    score_only: bool = Field(False, description="reject nothing, record everything")

    @property
    def rejecting(self) -> frozenset[str]:
        """Reasons that reject a clip."""
        if self.score_only:
            return frozenset()
        return REJECTING if self.reject is None else frozenset(self.reject)

    @model_validator(mode="after")
    def _preset(self) -> Self:
        fill(self, CURATE_PRESETS[self.preset])
        return self

    @model_validator(mode="after")
    def _ratio_range(self) -> Self:
        low, high = self.ratio_range
        if not 0 <= low < 1 < high:
            raise ValueError(
                f"ratio_range = [{low:g}, {high:g}]: must be two numbers with 0 <= low < 1 < high"
            )
        unknown = set(self.reject or ()) - REJECTING
        if unknown:
            raise ValueError(
                f"reject = {sorted(unknown)}: must be among {', '.join(sorted(REJECTING))}"
            )
        return self
