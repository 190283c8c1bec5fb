"""Write one page, tables and a text for the terminal, from what all other stages have written."""

import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from foa360 import __version__
from foa360.config.root import Config
from foa360.core import tables
from foa360.core.advice import ADVICE
from foa360.core.files import atomic
from foa360.core.reasons import REASONS
from foa360.stages.report import card, charts, panels, provenance, rows
from foa360.stages.report.agreements import mean_agreement
from foa360.stages.report.clips import (
    ReportClip,
    read_report_clips,
    read_videos,
    with_other_axes,
)
from foa360.stages.report.files import ReportFiles
from foa360.stages.report.funnel import STAGES, loss
from foa360.stages.report.images import of_first_seeds
from foa360.stages.report.reconcile import reconcile
from foa360.stages.report.render import VENDORED, render_page
from foa360.stages.report.results import Curves, Result, read_curves, read_result
from foa360.stages.report.sample import choose
from foa360.stages.report.segmentation import read_segmentations
from foa360.stages.report.summary import Counts, count_clips, summary_text
from foa360.stages.report.tables_out import write_clips, write_summary_json
from foa360.stages.report.verdicts import verdict_text

if TYPE_CHECKING:
    from foa360.core.jobs import Progress

#: Evaluations whose accuracy heads the page, by the task of the experiment.
HEADLINES = {"avc": "avc_choice", "avsa": "matching", "avts": "avts_choice"}


def write_report(files: ReportFiles, settings: Config, weights: str, progress: "Progress") -> None:
    """Write the page, what it loads, the joined tables and the summaries.

    The page requests nothing but the files beside it. It has no dates: the same results give the
    same bytes; only `cost.js`, with the times of the jobs, differs. `weights` is the digest of the
    detector's weights. Raises CountError, before any work, if the clips of the stages do not add
    up.
    """
    progress.say("reading the tables")
    reconcile(files.plan, files.fetch, files.curation, files.features)
    clips = read_report_clips(files.curation, files.agreement)
    videos = read_videos(files.fetch)
    losses = [loss(clip.verdict, clip.reasons, settings.curate.rejecting) for clip in clips]
    texts = [
        verdict_text(clip, lost, settings.curate) for clip, lost in zip(clips, losses, strict=True)
    ]
    counts = count_clips(clips, losses)
    agreed = mean_agreement(files.plan, files.agreement, settings.sources)
    results = [read_result(path) for path in files.evaluations]
    curves = _curves_of_first_seeds(files.models)
    segmentations = read_segmentations(
        files.segmentations, files.segmenter_curves, files.mask_examples
    )
    location = card.locate(files.features)
    sample = choose(clips, losses, location, settings.curate, settings.seed)
    sources = card.CardSources(
        rows=card.rows_of(files.curation, sample),
        location=location,
        videos=videos,
        boxes=card.detections_of(files.detections, sample),
    )
    pieces = rows.pieces(clips, losses, texts, _addresses(files), videos)
    row_scripts = _write_numbered(files.data, "rows", pieces)
    cards = (
        rows.script("card", clip_id, card.card(clip_id, sources))
        for clip_id in progress(sample, len(sample), "cards")
    )
    card_scripts = _write_numbered(files.data, "clip", cards)
    _copy_libraries(files.data, keep={*row_scripts, *card_scripts})
    order = {clips[i].clip_id: number for number, i in enumerate(rows.ordered(clips))}
    page = render_page(
        state={
            "clips": len(clips),
            "pieces": len(row_scripts),
            "piece": rows.PIECE,
            "codes": {code: [reason.kind, reason.sentence] for code, reason in REASONS.items()},
            "stages": list(STAGES),
            "sample": [[clip, order[clip], why] for clip, why in sample.items()],
            "tau": {
                "value": settings.curate.tau,
                "strict": settings.curate.strict,
                "counts": panels.tau_counts(clips, settings.curate),
            },
            "charts": {
                "histogram": charts.histogram(
                    _ratios_by_verdict(clips), settings.curate.tau, settings.curate.ratio_range
                ),
                "loss": _series(curves, "loss"),
                "validation_loss": _series(curves, "validation_loss"),
                "accuracy": _series(curves, "accuracy"),
                "jaccard": {result.experiment: result.curve for result in segmentations},
            },
        },
        counts=counts,
        lost_codes={code for step in counts.steps for code in step.lost},
        funnel=charts.bars(_funnel(counts)),
        reasons=[(code, n, REASONS[code], ADVICE[code]) for code, n in counts.reasons.items()],
        is_trained=bool(_series(curves, "loss")),
        is_validated=bool(_series(curves, "validation_loss")),
        curate=settings.curate,
        sample=[(clip, order[clip], why) for clip, why in sample.items()],
        clip_by_id={clip.clip_id: clip for clip in clips if clip.clip_id in sample},
        texts={
            clip.clip_id: t for clip, t in zip(clips, texts, strict=True) if clip.clip_id in sample
        },
        agreed=agreed,
        other_axes=with_other_axes(clips),
        results=results,
        segmentations=segmentations,
        sound_maps=of_first_seeds(files.sound_maps),
        headlines=[result for result in results if _is_headline(result)],
        channel_shares=panels.channel_shares(clips),
        combinations=panels.combinations(clips, losses),
        nearest=panels.nearest(clips, settings.curate),
        projections=panels.projections(clips, losses),
        static_shares=charts.bars(panels.static_shares(clips)),
        clips_per_video=charts.bars(panels.clips_per_video(clips)),
        classes=charts.bars(panels.classes(files.detections)),
        audio_map=panels.audio_directions(clips),
        object_map=panels.object_directions(files.detections),
        leakage=panels.leakage(clips),
        fetch_states=charts.bars(panels.fetch_states(videos)),
        fetch_attempts=charts.bars(panels.fetch_attempts(videos)),
        licences=panels.stated(videos.values(), "licence"),
        tools=panels.stated(videos.values(), "tool"),
        versions=provenance.versions(),
        weights=f"{Path(settings.detect.weights).name} ({weights})",
        config=provenance.config_text(settings),
        shards=[(path.name, provenance.published_digest(path)) for path in files.features],
    )
    write_clips(files, {clip.clip_id: t for clip, t in zip(clips, texts, strict=True)})
    write_summary_json(files.summary_json, counts, agreed, results, __version__)
    _write_text(files.cost, rows.script("cost", provenance.costs(files.costs)))
    _write_text(files.summary, summary_text(files.page, counts, agreed, results))
    _write_text(files.page, page)


def _write_text(path: Path, text: str) -> None:
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _write_numbered(folder: Path, name: str, scripts: Iterable[str]) -> list[str]:
    """Write scripts that the page loads, one at a time, and return the names of their files."""
    written = []
    for number, text in enumerate(scripts):
        written.append(f"{name}-{number:04d}.js")
        _write_text(folder / written[-1], text)
    return written


def _copy_libraries(folder: Path, keep: Collection[str]) -> None:
    """Put the libraries beside the scripts of this report; all other files are of older ones."""
    libraries = {path.name: path for path in sorted(VENDORED.iterdir())}
    for old in folder.iterdir():
        if old.name not in {*keep, *libraries}:
            os.unlink(old)
    for name, library in libraries.items():
        with atomic(folder / name) as temporary:
            shutil.copyfile(library, temporary)


def _addresses(files: ReportFiles) -> dict[str, str]:
    """Web address of each video that has one."""
    table = tables.read_arrow(files.plan, ["video_id", "video"])
    named = zip(table["video_id"].to_pylist(), table["video"].to_pylist(), strict=True)
    return {video: url for video, url in named if url.startswith(("https://", "http://"))}


def _funnel(counts: Counts) -> list[charts.Bar]:
    """Bars of the clips that passed each stage, and of those lost there by their first reason."""
    bars = []
    for step in counts.steps:
        for code, count in step.lost.items():
            kind = "failed" if REASONS[code].kind == "failed" else "rejected"
            sentence = REASONS[code].sentence
            bars.append(charts.Bar(f"− {code}", count, kind, sentence, f"#lost={code}"))
        sentence = f"{step.passed} clips: {step.stage}"
        bars.append(charts.Bar(step.stage, step.passed, "listed", sentence))
    kept = counts.verdicts["kept"]
    bars.append(charts.Bar("kept", kept, "kept", "clips that are kept", "#verdict=kept"))
    return bars


def _ratios_by_verdict(clips: Sequence[ReportClip]) -> dict[str, list[float]]:
    ratios: dict[str, list[float]] = {"kept": [], "rejected": [], "failed": []}
    for clip in clips:
        if clip.energy_ratio is not None:
            ratios[clip.verdict].append(clip.energy_ratio)
    return ratios


def _curves_of_first_seeds(models: Sequence[Path]) -> dict[str, Curves]:
    """Learning curves of each experiment, from its first seed."""
    curves: dict[str, Curves] = {}
    for model in models:
        experiment = model.parent.parent.name
        if experiment not in curves:
            curves[experiment] = read_curves(model.with_name("curves.csv"))
    return curves


def _series(curves: Mapping[str, Curves], name: str) -> dict[str, list[list[float]]]:
    """Return steps and values of one column of the learning curves, per experiment."""
    points = {experiment: getattr(own, name) for experiment, own in curves.items()}
    return {
        experiment: [list(column) for column in zip(*own, strict=True)]
        for experiment, own in points.items()
        if own
    }


def _is_headline(result: Result) -> bool:
    """Whether a model was measured by the evaluation of what it was trained for."""
    return result.accuracy is not None and HEADLINES.get(result.trained_for) == result.task
