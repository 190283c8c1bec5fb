"""docs/lists.md: its examples are accepted, and what it refuses is refused with its message."""

import ast
import logging
import re
from pathlib import Path

import pandas as pd
import pytest
from support.plans import listed, plan, yt360

from foa360.commands.main import main
from foa360.config.section import ConfigError
from foa360.lists.lines import read_video_ids
from foa360.lists.problems import ListError
from foa360.lists.segments import clip_start, segment_starts

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "lists.md").read_text(encoding="utf-8")
IDS = ["-oytwMeyR74", "0FB9jMXMP8A"]


def examples(kind):
    return re.findall(rf"```{kind}\n(.*?)```", DOCS, re.DOTALL)


def refusals(head):
    """Return the rows of the table whose first column has this head."""
    rows = DOCS.partition(f"| {head} | message |\n| --- | --- |\n")[2].partition("\n\n")[0]
    return [tuple(row.strip("| ").split(" | ")) for row in rows.splitlines()]


def plain(cell):
    """Return what is between backquotes, and what follows."""
    _, code, rest = cell.split("`")
    return code.replace("⏎", "\n"), rest.strip()


@pytest.mark.parametrize("text", examples("csv"))
def test_examples_are_accepted(tmp_path, text, caplog):
    with caplog.at_level(logging.WARNING):
        frame = plan(tmp_path, [listed(tmp_path, text)])
    assert len(frame) == text.count("\n") - 1
    unread = [record.getMessage() for record in caplog.records if "not read" in record.getMessage()]
    assert bool(unread) == ("label" in text)


def test_ids_are_read(tmp_path):
    (text,) = examples("text")
    (tmp_path / "ids").write_text(text)
    assert read_video_ids(tmp_path / "ids") == [*IDS, "#strange id", "Paris, 2020"]
    tables = examples("csv of ids")
    assert len(tables) == 2
    for table in tables:
        (tmp_path / "ids.csv").write_text(table)
        assert read_video_ids(tmp_path / "ids.csv") == IDS


def test_published_forms_are_read(tmp_path, capsys):
    (segments,), (clips,) = examples("text of segments"), examples("text of clips")
    assert [segment_starts(line)[0] for line in segments.splitlines()] == IDS
    assert [clip_start(line)[0] for line in clips.splitlines()] == IDS
    (tmp_path / "segments").write_text(segments)
    (tmp_path / "clips").write_text(clips)
    assert main(["leakage", str(tmp_path / "segments"), str(tmp_path / "clips")]) == 1
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == IDS


@pytest.mark.parametrize(("text", "message"), refusals("list"))
def test_refusals_have_the_message(tmp_path, text, message):
    with pytest.raises(ConfigError) as refused:
        plan(tmp_path, [listed(tmp_path, plain(text)[0])])
    assert plain(message)[0] in str(refused.value)


@pytest.mark.parametrize(("text", "message"), refusals("list of ids"))
def test_refused_ids_have_the_message(tmp_path, text, message):
    content, where = plain(text)
    path = tmp_path / f"ids{where.removeprefix('in ')}"
    path.write_text(content)
    with pytest.raises(ListError) as refused:
        read_video_ids(path)
    assert plain(message)[0] in str(refused.value)
    assert main(["leakage", str(path)]) == 2


@pytest.mark.parametrize(("text", "message"), refusals("published list"))
def test_refused_published_lists_have_the_message(tmp_path, text, message):
    line, where = plain(text)
    source = yt360(tmp_path, segments=line)
    if where == "in clips":
        (tmp_path / "clips").write_text(line)
        source = {"kind": "sphere360", **dict.fromkeys(("train", "test"), str(tmp_path / "clips"))}
    with pytest.raises(ConfigError) as refused:
        plan(tmp_path, [source])
    assert plain(message)[0] in str(refused.value)


@pytest.mark.parametrize(("value", "message"), refusals("value"))
def test_refused_values_of_parquet_have_the_message(tmp_path, value, message):
    path = tmp_path / "ids.parquet"
    pd.DataFrame({"video_id": [ast.literal_eval(value)]}).to_parquet(path)
    with pytest.raises(ListError) as refused:
        read_video_ids(path)
    assert plain(message)[0] in str(refused.value)


def test_the_tables_of_refusals_are_read():
    counts = [len(refusals(h)) for h in ("list", "list of ids", "published list", "value")]
    assert counts[0] > 25
    assert counts[1:] == [4, 4, 4]
