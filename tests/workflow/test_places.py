"""Where the workflow may lie, and other workflows that use it as a module."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.faults import LOCAL, write_recordings
from support.runs import ROOT, RUN_LIMIT_S

SNAKEFILE = ROOT / "workflow" / "Snakefile"
SOURCES = [{"kind": "demo", "videos": 4, "seconds": 4.0}]
OUTER = """
module foa:
    snakefile: {snakefile!r}
    config: {config}
    {placed}

use rule * from foa as foa_*

rule mine:
    default_target: True
    input: {target!r}
"""


def dry_run(
    folder: Path,
    *arguments: str,
    python: str = sys.executable,
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "snakemake", "-n", "--cores", "1", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )


@pytest.mark.parametrize(
    ("placed", "target"),
    [
        ("", "results/curation/s0000.parquet"),
        ('prefix: "sub"', "sub/results/curation/s0000.parquet"),
        ('prefix: "a/b/"', "a/b/results/features/s0000.h5"),
        ('replace_prefix: {"results": "out"}', "out/curation/s0000.parquet"),
    ],
)
def test_other_workflows_use_this_one_as_a_module(tmp_path: Path, placed: str, target: str) -> None:
    config = json.dumps({"sources": SOURCES})
    text = OUTER.format(snakefile=str(SNAKEFILE), config=config, placed=placed, target=target)
    (tmp_path / "Snakefile").write_text(text)
    (tmp_path / "config.yaml").write_text("{}")
    done = dry_run(tmp_path, "mine")
    assert done.returncode == 0, done.stderr
    assert "foa_measure" in done.stdout + done.stderr
    assert not {entry.name for entry in tmp_path.iterdir()} & {"results", "sub", "a", "out"}


def test_a_workflow_that_uses_this_one_runs_curate(tmp_path: Path) -> None:
    write_recordings(tmp_path)
    config = json.dumps({**LOCAL, "sources": [{"kind": "folder", "path": "media"}]})
    text = OUTER.format(
        snakefile=str(SNAKEFILE), config=config, placed='prefix: "sub"', target="unused"
    )
    (tmp_path / "Snakefile").write_text(text)
    (tmp_path / "config.yaml").write_text("{}")
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "foa_curate"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    tables = sorted((tmp_path / "sub" / "results" / "curation").glob("*.parquet"))
    assert [path.name for path in tables] == ["s0000.parquet", "s0001.parquet"]


def test_a_python_in_a_path_with_a_space_is_refused_in_one_line(tmp_path: Path) -> None:
    spaced = tmp_path / "My Projects"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", spaced / "env"], check=True)
    packages = "\n".join(path for path in sys.path if path and os.path.isdir(path))
    next((spaced / "env/lib").glob("python*/site-packages")).joinpath("x.pth").write_text(packages)
    (tmp_path / "config.yaml").write_text(json.dumps({"sources": SOURCES}))
    python = str(spaced / "env/bin/python")
    done = dry_run(tmp_path, "curate", "-s", str(SNAKEFILE), python=python)
    assert done.returncode != 0
    assert "a path without" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_configuration_may_lie_elsewhere(tmp_path: Path) -> None:
    """Without a `config.yaml` in the folder, and with places that the environment gives."""
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir()
    elsewhere.mkdir()
    text = json.dumps({"sources": SOURCES, "results": "$FOA360_TEST/out", "cache": "~/cache"})
    (elsewhere / "mine.yaml").write_text(text)
    places = {"FOA360_TEST": str(tmp_path / "scratch"), "HOME": str(tmp_path / "home")}
    arguments = ["curate", "-s", str(SNAKEFILE), "--configfile", str(elsewhere / "mine.yaml")]
    done = dry_run(work, *arguments, environment=places)
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/scratch/out/curation/s0000.parquet" in done.stdout + done.stderr
    assert f"{tmp_path}/home/cache" in done.stdout + done.stderr
    assert not [path for path in work.iterdir() if path.name != ".snakemake"]


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("sources: [{kind: demo}]\nsources: [{kind: demo}]\n")
    done = dry_run(tmp_path, "curate", "-s", str(SNAKEFILE))
    assert done.returncode != 0
    assert (
        "config.yaml: the key sources is there 2 times: line 1 and 2" in done.stdout + done.stderr
    )
