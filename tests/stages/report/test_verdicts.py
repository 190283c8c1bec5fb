"""The page says in words why a clip was kept or not."""

from typing import Any

import pytest

from foa360.config.curate import Curate
from foa360.core.reasons import REASONS
from foa360.stages.report.clips import ReportClip
from foa360.stages.report.funnel import loss
from foa360.stages.report.verdicts import verdict_text


def text(verdict: str, reasons: list[str], settings: Curate | None = None, **measured: Any) -> str:
    settings = settings or Curate()
    clip = ReportClip(
        clip_id="v_0",
        video_id="v",
        start=0.0,
        duration=10.0,
        verdict=verdict,
        reasons=reasons,
        **measured,
    )
    return verdict_text(clip, loss(verdict, reasons, settings.rejecting), settings)


def test_a_kept_clip_far_outside_the_range_is_explained() -> None:
    octaves = [9.0, 1.2, 1.1, 1.3, 1.0, 1.2, 1.1, 1.0, float("nan")]
    said = text(
        "kept",
        ["octaves_disagree"],
        energy_ratio=7.68,
        energy_ratio_after=7.68,
        octave_ratios=octaves,
    )
    assert said.startswith("Kept: the energy ratio is in range in most octaves only")
    assert "ratio 7.68, accepted 0.4 to 2.5" in said
    assert "125 Hz 1.20" in said
    assert "16k" not in said


def test_a_rejected_clip_has_value_and_threshold() -> None:
    said = text("rejected", ["energy_ratio"], energy_ratio=3.18, energy_ratio_after=3.18)
    assert said.startswith("Rejected: the energy of the dipoles does not match that of W")
    strict = Curate(preset="wang2022", tau=0.2)
    octaves = [1.3] * 9
    said = text(
        "rejected",
        ["energy_ratio"],
        strict,
        energy_ratio=1.3,
        energy_ratio_after=1.0,
        octave_ratios=octaves,
    )
    assert "ratio 1.30, accepted 1 ± 0.2" in said
    said = text("rejected", ["silent"], silent_share=0.95)
    assert "95% of it is below -60 dBFS, at most 90%" in said


def test_further_reasons_are_shown_as_such() -> None:
    said = text("failed", ["audio_damaged", "video_damaged"], message="4 s are missing")
    assert said == (
        "Failed: the audio cannot be decoded for the whole clip [4 s are missing]."
        " Further: the video cannot be decoded for the whole clip."
    )


def test_a_kept_clip_without_reasons_has_its_ratio() -> None:
    said = text("kept", [], energy_ratio=1.02, energy_ratio_after=1.02)
    assert said == "Kept: energy ratio 1.02, within 1 ± 0.1."
    assert text("kept", []) == "Kept."


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_can_be_told_without_any_measure(code: str) -> None:
    kind = REASONS[code].kind
    assert REASONS[code].sentence in text("kept" if kind == "note" else kind, [code])
