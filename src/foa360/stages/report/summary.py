"""Counts of clips by verdict and reason, and the text that a person reads at the end of a run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from foa360.core.reasons import REASONS
from foa360.core.shown import printable
from foa360.stages.report.agreements import MeanAgreement
from foa360.stages.report.clips import ReportClip
from foa360.stages.report.funnel import Loss, Step, steps
from foa360.stages.report.results import Result


@dataclass(frozen=True)
class Counts:
    """Numbers of clips.

    listed : clips in the plan.
    videos : source videos.
    kept_hours : duration of the kept clips, hours.
    verdicts : clips by verdict.
    reasons : clips by reason code, in the order of the closed list; only codes that occur.
    steps : clips by stage; each lost clip is counted once, see `foa360.stages.report.funnel`.
    lost : rejected and failed clips by the code that decided first; each clip once.
    """

    listed: int
    videos: int
    kept_hours: float
    verdicts: dict[str, int]
    reasons: dict[str, int]
    steps: list[Step]
    lost: dict[str, Counter[str]]


def count_clips(clips: Sequence[ReportClip], losses: Sequence[Loss | None]) -> Counts:
    """Count clips by verdict, reason and the stage that lost them."""
    verdicts = {"kept": 0, "rejected": 0, "failed": 0}
    all_reasons: Counter[str] = Counter()
    lost: dict[str, Counter[str]] = {"rejected": Counter(), "failed": Counter()}
    kept_seconds = 0.0
    for clip, loss in zip(clips, losses, strict=True):
        verdicts[clip.verdict] += 1
        all_reasons.update(clip.reasons)
        if loss is None:
            kept_seconds += clip.duration
        else:
            lost[clip.verdict][loss.code] += 1
    return Counts(
        listed=len(clips),
        videos=len({clip.video_id for clip in clips}),
        kept_hours=kept_seconds / 3600,
        verdicts=verdicts,
        reasons={code: all_reasons[code] for code in REASONS if all_reasons[code]},
        steps=steps(losses),
        lost=lost,
    )


def summary_text(
    page: Path, counts: Counts, agreed: MeanAgreement | None, results: Sequence[Result]
) -> str:
    """Compose the text that is printed at the end of a run."""
    lines = [
        "",
        f"Report: {page}",
        f"Clips:  {counts.listed} listed, {counts.verdicts['kept']} kept",
    ]
    for verdict, codes in counts.lost.items():
        detail = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        suffix = f": {detail}" if detail else ""
        lines.append(f"        {counts.verdicts[verdict]} {verdict}{suffix}")
    if agreed is not None:
        lines += _agreement_lines(agreed)
    lines += [_result_line(result) for result in results]
    return "\n".join(lines) + "\n"


def _agreement_lines(agreed: MeanAgreement) -> list[str]:
    """Mean agreement, and each source whose audio fits better with other axes."""
    mean = f"{agreed.nats:.2f} nats, mean of {agreed.clips} clips"
    lines = [f"Agreement of audio and detections: {mean}"]
    for source in agreed.other_axes:
        lines.append(
            f"        {printable(source.name)}: the audio is {source.meaning}, by vote of"
            f" {source.videos} videos ({source.clips} clips): {source.axes} fits better by"
            f" {source.axes_gain:.2f} nats"
        )
    return lines


def _result_line(result: Result) -> str:
    name = f"{result.experiment} model, {result.title}"
    measured = result.accuracy, result.ci_low, result.ci_high, result.chance
    if any(value is None for value in measured):
        return f"{name}: not measured, {result.note}"
    accuracy, low, high, chance = (100 * value for value in measured if value is not None)
    line = f"{name}: {accuracy:.1f} % ({low:.0f} to {high:.0f}; chance {chance:.0f}"
    for control, value in (("blind", result.blind), ("deaf", result.deaf)):
        if value is not None:
            line += f", {control} {100 * value:.0f}"
    line += ")"
    return f"{line}; {result.warning}" if result.warning else line
