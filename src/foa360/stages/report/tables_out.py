"""All tables joined, a row per clip, for other programs: Parquet and CSV; and a JSON summary."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import ClipAgreement, CuratedClip, FetchedVideo
from foa360.stages.report.agreements import MeanAgreement
from foa360.stages.report.files import ReportFiles
from foa360.stages.report.results import Result
from foa360.stages.report.summary import Counts

#: Before the names of columns of the fetch table, which are about the whole video.
FETCH_PREFIX = "fetch_"
PLANNED = ("shard", "source", "video", "audio")
#: Columns of the table of agreement that are there already, or are 48 numbers.
NOT_JOINED = {"clip_id", "video_id", "axes_fits"}
#: Shards that are joined at once.
AT_ONCE = 64


def write_clips(files: ReportFiles, texts: Mapping[str, str]) -> None:
    """Write `clips.parquet` and `clips.csv`: plan, fetch, curation and agreement joined.

    `texts` is the verdict on each clip in words.
    """
    planned = tables.read_arrow(files.plan, ["clip_id", *PLANNED])
    schema = _joined([], [], [], planned, texts).schema
    with (
        atomic(files.clips_parquet) as parquet,
        atomic(files.clips_csv) as csv,
        pq.ParquetWriter(parquet, schema, **tables.writing(schema)) as rows,
        pa_csv.CSVWriter(csv, _flat(schema.empty_table()).schema) as lines,
    ):
        for begin in range(0, len(files.curation), AT_ONCE):
            some = slice(begin, begin + AT_ONCE)
            parts = (files.curation[some], files.fetch[some], files.agreement[some])
            joined = _joined(*parts, planned, texts)
            rows.write_table(joined)
            lines.write_table(_flat(joined))


def write_summary_json(
    path: Path,
    counts: Counts,
    agreed: MeanAgreement | None,
    results: Sequence[Result],
    version: str,
) -> None:
    """Write counts, reasons, agreement and metrics."""
    content = {
        "foa360": version,
        "clips": {"listed": counts.listed, **counts.verdicts},
        "videos": counts.videos,
        "kept_hours": counts.kept_hours,
        "funnel": [step._asdict() for step in counts.steps],
        "reasons": counts.reasons,
        "agreement": None if agreed is None else _agreement(agreed),
        "metrics": [asdict(result) for result in results],
    }
    with atomic(path) as temporary:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        temporary.write_text(f"{text}\n", encoding="utf-8")


def _agreement(agreed: MeanAgreement) -> dict[str, Any]:
    sources = [source._asdict() | {"meaning": source.meaning} for source in agreed.sources]
    return {"clips": agreed.clips, "nats": agreed.nats, "sources": sources}


def _joined(
    curation: Sequence[Path],
    fetch: Sequence[Path],
    agreement: Sequence[Path],
    planned: pa.Table,
    texts: Mapping[str, str],
) -> pa.Table:
    """Join the tables of the same shards with their rows of the plan."""
    clips = _concatenated(curation, CuratedClip)
    ids, videos = clips["clip_id"], clips["video_id"]
    parts = {name: clips[name] for name in clips.column_names}
    parts["verdict_text"] = pa.array([texts[clip] for clip in ids.to_pylist()], pa.string())
    of_plan = _matching(planned, "clip_id", ids)
    parts |= {name: of_plan[name] for name in PLANNED}
    fetched = _matching(_concatenated(fetch, FetchedVideo), "video_id", videos)
    for name in fetched.column_names:
        if name != "video_id":
            parts[f"{FETCH_PREFIX}{name}"] = fetched[name]
    agreed = _matching(_concatenated(agreement, ClipAgreement), "clip_id", ids)
    for name in agreed.column_names:
        if name not in NOT_JOINED:
            parts[name] = agreed[name]
    return pa.table(parts)


def _concatenated(paths: Sequence[Path], record: type) -> pa.Table:
    """Read tables of one record as one."""
    names = [column.name for column in tables.columns(record)]
    parts = [tables.read_arrow(path, names) for path in paths]
    return pa.concat_tables(parts) if parts else tables.to_arrow([], record)


def _matching(table: pa.Table, key: str, wanted: pa.ChunkedArray) -> pa.Table:
    """Rows of a table whose key is each of the wanted values; nulls where there is none."""
    return table.take(pc.index_in(wanted, value_set=table[key].combine_chunks()))


def _flat(table: pa.Table) -> pa.Table:
    """Write lists as JSON texts, which CSV can hold."""
    for number, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            lists = table.column(number).to_pylist()
            texts = [None if values is None else json.dumps(values) for values in lists]
            table = table.set_column(number, field.name, pa.array(texts, pa.string()))
    return table
