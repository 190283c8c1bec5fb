"""Every lost clip is counted once, at the first stage that lost it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from foa360.core.reasons import REASONS, REJECTING, verdict_of
from foa360.stages.report.funnel import STAGE_OF_CODE, loss, steps


def test_every_code_that_loses_a_clip_belongs_to_one_stage() -> None:
    losing = {code for code, reason in REASONS.items() if reason.kind != "note"}
    assert set(STAGE_OF_CODE) == losing


def test_a_clip_with_two_reasons_is_counted_at_the_first_stage() -> None:
    found = loss("failed", ["audio_damaged", "video_damaged", "static_video"])
    assert found == ("decoded", "audio_damaged", ("video_damaged", "static_video"))
    found = loss("rejected", ["static_video", "horizontal_only", "silent"])
    assert found is not None
    assert (found.stage, found.code) == ("not silent", "silent")


def test_codes_that_do_not_reject_lose_no_clip() -> None:
    found = loss("rejected", ["mono_in_w", "silent"], rejecting={"silent"})
    assert found == ("not silent", "silent", ("mono_in_w",))
    assert loss("kept", ["mono_in_w"], rejecting={"silent"}) is None


@given(st.lists(st.lists(st.sampled_from(sorted(REASONS)), max_size=4)))
def test_sums_are_right_whatever_the_reasons(clips: list[list[str]]) -> None:
    verdicts = [verdict_of(codes) for codes in clips]
    losses = [loss(v, codes, REJECTING) for v, codes in zip(verdicts, clips, strict=True)]
    counted = steps(losses)
    assert counted[0].passed == len(clips)
    for before, step in pairwise(counted):
        assert before.passed - sum(step.lost.values()) == step.passed
    assert counted[-1].passed == verdicts.count("kept")
