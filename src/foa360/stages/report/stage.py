"""Gather what the tables say and write the page."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import jinja2
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import yaml

from foa360 import __version__
from foa360.config.root import Config
from foa360.core import old_tables as tables
from foa360.core.files import atomic
from foa360.core.jobs import Progress
from foa360.core.reasons import REASONS
from foa360.stages.report import charts, scenes
from foa360.stages.viewpoints.agreement import IDENTITY

Row = dict[str, Any]

#: Clips in the table, and kept and other clips among the pictures.
TABLE, KEPT, OTHERS = 2000, 12, 6
COLUMNS = [
    "clip_id", "video_id", "start", "verdict", "reasons", "message", "convention", "energy_ratio",
    "azimuth", "elevation", "diffuseness", "duration", "audio_codec", "audio_layout",
]  # fmt: skip
AGREEMENT = ["clip_id", "agreement", "chance", "axes", "axes_gain"]


def build_report(
    plan: Path,
    fetch: list[Path],
    curation: list[Path],
    detections: list[Path],
    agreement: list[Path],
    features: list[Path],
    models: dict[str, Path],
    evaluations: list[Path],
    output: Path,
    summary: Path,
    settings: Config,
    progress: Progress,
) -> None:
    """Write the page `output` and the text `summary` from what the stages have written.

    The page holds everything it shows and asks for nothing from anywhere. It has no dates: the
    same results give the same bytes.
    """
    clips = pd.concat(
        [pq.read_table(path, columns=COLUMNS).to_pandas() for path in curation], ignore_index=True
    )
    clips = clips.merge(tables.read_all(agreement)[AGREEMENT], "left", "clip_id")
    verdicts = {v: int((clips["verdict"] == v).sum()) for v in ("kept", "rejected", "failed")}
    reasons = Counter(code for codes in clips["reasons"] for code in codes)
    results = [json.loads(path.read_text()) for path in evaluations]
    funnel = _funnel(clips, verdicts, reasons)
    ratios = {
        v: clips.loc[
            (clips["verdict"] == v) & clips["energy_ratio"].notna(), "energy_ratio"
        ].to_numpy()
        for v in verdicts
    }
    lines = {name: _curves(folder / "curves.csv") for name, folder in models.items()}
    progress.say("looking for frames to show")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("foa360.stages.report", "."), autoescape=True, trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    page = environment.get_template("page.html").render(
        version=__version__,
        verdicts=verdicts,
        total=len(clips),
        videos=clips["video_id"].nunique(),
        hours=clips.loc[clips["verdict"] == "kept", "duration"].sum() / 3600,
        funnel=charts.bars(funnel),
        reasons=[(code, reasons[code], REASONS[code]) for code in REASONS if reasons[code]],
        histogram=charts.histogram(ratios, settings.curate.tau, settings.curate.ratio_range),
        curate=settings.curate,
        scenes=_scenes(clips, fetch, detections, features, settings.seed),
        loss=charts.curves({n: [(s, v) for s, v, _ in c] for n, c in lines.items()}, "loss", None),
        hits=charts.curves(
            {n: [(s, v) for s, _, v in c] for n, c in lines.items()}, "accuracy", 1.0
        ),
        results=results,
        otherwise=_otherwise(clips),
        table=_table(clips),
        cut=max(0, len(clips) - TABLE),
        config=yaml.safe_dump(
            # How media are fetched, and with which cookies, is nobody's business.
            settings.model_dump(mode="json", exclude={"fetch"}),
            sort_keys=False,
            allow_unicode=True,
        ),
        shards=[(p.name, p.with_name(f"{p.name}.sha256").read_text().split()[0]) for p in features],
    )
    with atomic(output) as temporary:
        temporary.write_text(page, encoding="utf-8")
    with atomic(summary) as temporary:
        temporary.write_text(_summary(output, verdicts, clips, results), encoding="utf-8")


def _funnel(clips: pd.DataFrame, verdicts: dict[str, int], reasons: Counter[str]) -> list[Any]:
    """Bars from listed to kept, and between them what took clips away."""
    rows: list[Any] = [("listed", len(clips), "listed", "clips in the plan")]
    for kind in ("failed", "rejected"):
        for code, reason in REASONS.items():
            if reason.kind == kind and reasons[code]:
                rows.append((code, reasons[code], kind, reason.sentence))
    return [*rows, ("kept", verdicts["kept"], "kept", "clips that go on")]


def _curves(path: Path) -> list[tuple[float, float, float]]:
    with path.open(newline="") as file:
        return [
            (float(r["step"]), float(r["loss"]), float(r["accuracy"])) for r in csv.DictReader(file)
        ]


def _table(clips: pd.DataFrame) -> list[Row]:
    """Rows of the table, failed and rejected first."""
    rank = clips["verdict"].map({"failed": 0, "rejected": 1, "kept": 2})
    return tables.records(clips.iloc[np.argsort(rank, kind="stable")[:TABLE]])


def _otherwise(clips: pd.DataFrame) -> list[Row]:
    """Videos whose sound fits the picture better with other axes."""
    changed = clips[clips["axes"].notna() & (clips["axes"] != IDENTITY)]
    return tables.records(changed.drop_duplicates("video_id")[["video_id", "axes", "axes_gain"]])


def _scenes(
    clips: pd.DataFrame, fetch: list[Path], detections: list[Path], features: list[Path], seed: int
) -> list[Row]:
    """Clips to look at: kept ones of different videos, and some that were rejected."""
    where = scenes.rows_in_shards(features)
    kept = clips[clips["clip_id"].isin(where.keys())].drop_duplicates("video_id")
    kept = kept.sample(min(KEPT, len(kept)), random_state=seed).sort_index()
    others = clips[clips["verdict"] == "rejected"].drop_duplicates("video_id")
    others = others[~others["reasons"].map(", ".join).duplicated()]
    others = others.sample(min(OTHERS, len(others)), random_state=seed).sort_index()
    boxes = scenes.boxes_of(detections, set(kept["clip_id"]))
    shown = []
    for row in tables.records(kept):
        path, number = where[row["clip_id"]]
        with h5py.File(path, "r") as file:
            shown.append(row | scenes.kept_scene(file, number, boxes[row["clip_id"]]))
    paths = {r["video_id"]: r["video_path"] for f in fetch for r in tables.records(tables.read(f))}
    for row in tables.records(others):
        place = paths.get(row["video_id"])
        if place:
            shown.append(row | scenes.other_scene(place, row["start"] + row["duration"] / 2))
    return shown


def _summary(
    output: Path, verdicts: dict[str, int], clips: pd.DataFrame, results: list[Row]
) -> str:
    """What a person reads at the end of a run."""
    lines = ["", f"Report: {output}", f"Clips:  {len(clips)} listed, {verdicts['kept']} kept"]
    for kind in ("rejected", "failed"):
        own = clips.loc[clips["verdict"] == kind, "reasons"]
        counts = Counter(c for codes in own for c in codes if REASONS[c].kind == kind)
        said = ", ".join(f"{code} {n}" for code, n in counts.most_common())
        lines.append(f"        {verdicts[kind]} {kind}" + (f": {said}" if said else ""))
    for r in results:
        name = f"{r['task']} of the {r['experiment']} model"
        if r["accuracy"] is None:
            lines.append(f"Accuracy, {name}: not measured, {r['note']}")
        else:
            lines.append(
                f"Accuracy, {name}: {100 * r['accuracy']:.1f} % "
                f"({100 * r['ci_low']:.0f} to {100 * r['ci_high']:.0f}; "
                f"chance {100 * r['chance']:.0f})"
            )
    return "\n".join(lines) + "\n"
