"""Write one page, and a text for the terminal, from what all other stages have written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import yaml

from foa360 import __version__
from foa360.config.root import Config
from foa360.core.files import atomic
from foa360.core.reasons import REASONS
from foa360.stages.report import charts
from foa360.stages.report.clips import ReportClip, read_report_clips, with_other_axes
from foa360.stages.report.gallery import gallery
from foa360.stages.report.reconcile import reconcile
from foa360.stages.report.results import Curves, Result, read_curves, read_result
from foa360.stages.report.summary import Counts, count_clips, summary_text

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Rows of the table of clips; the Parquet files have all.
MAX_TABLE_ROWS = 2000


@dataclass(frozen=True, kw_only=True)
class ReportFiles:
    """Paths of the stage.

    plan : table of planned clips.
    fetch, curation, detections, agreement : tables, one per shard.
    features : feature shards.
    models : folder of each experiment, with its `curves.csv`.
    evaluations : metrics as JSON.
    page, summary : outputs.
    """

    plan: Path
    fetch: Sequence[Path]
    curation: Sequence[Path]
    detections: Sequence[Path]
    agreement: Sequence[Path]
    features: Sequence[Path]
    models: Mapping[str, Path]
    evaluations: Sequence[Path]
    page: Path
    summary: Path


def write_report(files: ReportFiles, settings: Config, progress: "Progress") -> None:
    """Write the page and the summary.

    The page is one file that requests nothing from anywhere. It has no dates: the same results give
    the same bytes. Raises CountError, before any work, if the clips of the stages do not add up.
    """
    reconcile(files.plan, files.fetch, files.curation, files.features)
    clips = read_report_clips(files.curation, files.agreement)
    counts = count_clips(clips)
    results = [read_result(path) for path in files.evaluations]
    curves = {name: read_curves(folder / "curves.csv") for name, folder in files.models.items()}
    progress.say("decoding frames for the gallery")
    scenes = gallery(clips, files.fetch, files.detections, files.features, settings.seed)
    page = _template().render(
        version=__version__,
        counts=counts,
        funnel=charts.bars(_funnel(counts)),
        reasons=[(code, n, REASONS[code]) for code, n in counts.reasons.items()],
        histogram=charts.histogram(
            _ratios_by_verdict(clips), settings.curate.tau, settings.curate.ratio_range
        ),
        curate=settings.curate,
        scenes=scenes,
        other_axes=with_other_axes(clips),
        loss=charts.curves(_series(curves, "loss"), "loss", None),
        accuracy=charts.curves(_series(curves, "accuracy"), "accuracy", 1.0),
        results=results,
        headlines=[result for result in results if _is_headline(result)],
        table=_table(clips),
        omitted=max(0, len(clips) - MAX_TABLE_ROWS),
        config=_config_text(settings),
        shards=[(path.name, _published_digest(path)) for path in files.features],
    )
    with atomic(files.page) as temporary:
        temporary.write_text(page, encoding="utf-8")
    with atomic(files.summary) as temporary:
        temporary.write_text(summary_text(files.page, counts, results), encoding="utf-8")


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("foa360.stages.report", "."),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("page.html")


def _funnel(counts: Counts) -> list[charts.Bar]:
    """Bars from listed to kept clips, and the reasons that removed clips in between."""
    bars = [charts.Bar("listed", counts.listed, "listed", "clips in the plan")]
    for kind in ("failed", "rejected"):
        for code, count in counts.reasons.items():
            if REASONS[code].kind == kind:
                bars.append(charts.Bar(code, count, kind, REASONS[code].sentence))
    bars.append(charts.Bar("kept", counts.verdicts["kept"], "kept", "clips that are kept"))
    return bars


def _ratios_by_verdict(clips: Sequence[ReportClip]) -> dict[str, list[float]]:
    ratios: dict[str, list[float]] = {"kept": [], "rejected": [], "failed": []}
    for clip in clips:
        if clip.energy_ratio is not None:
            ratios[clip.verdict].append(clip.energy_ratio)
    return ratios


def _series(curves: Mapping[str, Curves], name: str) -> dict[str, list[tuple[float, float]]]:
    """Points (step, value) of one column of the learning curves, per experiment."""
    return {
        experiment: list(zip(own.steps, getattr(own, name), strict=True))
        for experiment, own in curves.items()
    }


def _is_headline(result: Result) -> bool:
    """Whether a model was measured on the task that it was trained for."""
    return result.accuracy is not None and result.task == result.experiment


def _table(clips: Sequence[ReportClip]) -> list[ReportClip]:
    """Rows of the table, failed and rejected clips first."""
    rank = {"failed": 0, "rejected": 1, "kept": 2}
    return sorted(clips, key=lambda clip: rank[clip.verdict])[:MAX_TABLE_ROWS]


def _config_text(settings: Config) -> str:
    """Write the configuration as YAML, without the section that may name cookies."""
    shown = settings.model_dump(mode="json", exclude={"fetch"})
    return str(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True))


def _published_digest(shard: Path) -> str:
    """SHA-256 that was written beside a shard."""
    return shard.with_name(f"{shard.name}.sha256").read_text().split()[0]
