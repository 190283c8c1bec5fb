"""What a change re-runs, from the output of `snakemake -n`.

The project has one shard of the demo and one of local files. Its outputs are placeholders that
`snakemake --touch` has marked as complete: a dry run compares digests, parameters and time stamps.
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml
from support.runs import ROOT, configure, run

from foa360.config.root import Config
from foa360.demo.encode import write_media

pytestmark = [pytest.mark.system, pytest.mark.slow]

#: Rules in the order of the workflow; each depends on those before.
RULES = [
    "render_shard",
    "fetch_shard",
    "curate_shard",
    "detect_shard",
    "choose_viewpoints",
    "write_features",
    "train_model",
    "evaluate_model",
    "write_report",
]
NOTHING: set[str] = set()
REPORT = {"write_report"}
SOURCE = "src/foa360"


class Project(NamedTuple):
    """A copy of the checkout, and the folder of a run."""

    checkout: Path
    run: Path


Change = Callable[[Project], None]


def onwards(rule: str) -> set[str]:
    """Name a rule and all that follow."""
    return set(RULES[RULES.index(rule) :])


@pytest.fixture(scope="session")
def complete_project(tmp_path_factory) -> Project:
    """Make a project in which nothing is left to do."""
    folder = tmp_path_factory.mktemp("reruns")
    project = Project(folder / "checkout", folder / "run")
    for part in ("src", "rules", "scripts", "workflow"):
        shutil.copytree(ROOT / part, project.checkout / part)
    audio = 0.1 * np.random.default_rng(0).standard_normal((4, 3 * 48000)).astype(np.float32)
    for name in ("one", "two"):
        write_media(project.run / "media" / f"{name}.wav", None, audio, audio="pcm16")
    weights = project.checkout / SOURCE / "stages" / "detect" / "demo_detector.pt"
    shutil.copyfile(weights, project.run / "weights.pt")
    sources = [
        {"kind": "demo", "videos": 1, "seconds": 2.0},
        {"kind": "folder", "path": "media"},
    ]
    config = {
        "sources": sources,
        "shard": {"clips": 1000},
        "cache": {"path": "cache", "max_gb": 1.0},
    }
    configure(project.run, config)
    (project.run / "takedown.txt").write_text("no-such-video\n")
    for output in re.findall(r"^    output: (.*)$", dry_run(project), re.MULTILINE):
        for name in output.split(", "):
            path = project.run / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("placeholder")
    options = ["--touch", "--forceall", "--cores", "1", "all"]
    touched = run(project.run, *options, checkout=project.checkout)
    assert touched.returncode == 0, touched.stdout[-3000:]
    assert jobs(project) == NOTHING
    return project


@pytest.fixture
def project(complete_project, tmp_path) -> Project:
    """Copy the complete project, time stamps included."""
    copy = Project(tmp_path / "checkout", tmp_path / "run")
    shutil.copytree(complete_project.checkout, copy.checkout)
    shutil.copytree(complete_project.run, copy.run)
    return copy


def dry_run(project: Project, *options: str) -> str:
    done = run(project.run, "-n", *options, "all", checkout=project.checkout)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def jobs(project: Project) -> set[tuple[str, str]]:
    """Rules that would run, each with its shard or experiment."""
    output = dry_run(project)
    blocks = re.split(r"^rule ", output, flags=re.MULTILINE)[1:]
    found = set()
    for block in blocks:
        name = block.partition(":")[0]
        if name not in RULES:
            continue
        wildcards = re.search(r"^    wildcards: \w+=(\w+)", block, re.MULTILINE)
        found.add((name, wildcards.group(1) if wildcards else ""))
    assert found or "Nothing to be done" in output
    return found


def rules(project: Project) -> set[str]:
    return {name for name, _ in jobs(project)}


def append(path: str, text: str) -> Change:
    """Add text to a file of the checkout."""

    def change(project: Project) -> None:
        file = project.checkout / path
        file.write_text(f"{file.read_text()}{text}\n")

    return change


def comment(module: str) -> Change:
    return append(f"{SOURCE}/{module}.py", "# A comment.")


def code(module: str) -> Change:
    """Add a statement to a module."""
    return append(f"{SOURCE}/{module}.py", "CHANGED = True")


def replace(path: str, pattern: str, new: str) -> Change:
    """Replace the only match of a pattern in a file of the checkout."""

    def change(project: Project) -> None:
        file = project.checkout / path
        text, count = re.subn(pattern, new, file.read_text())
        assert count == 1, f"{count} matches of {pattern} in {path}"
        file.write_text(text)

    return change


def section(**values: Any) -> Change:
    """Set sections or keys of the configuration."""

    def change(project: Project) -> None:
        file = project.run / "config.yaml"
        config = yaml.safe_load(file.read_text())
        file.write_text(yaml.safe_dump(config | values))

    return change


def touch(folder: str) -> Change:
    """Give all files of a folder of the checkout the present time."""

    def change(project: Project) -> None:
        for path in (project.checkout / folder).rglob("*"):
            os.utime(path)

    return change


CODE_CHANGES = {
    "a comment in the configuration": (comment("config/section"), NOTHING),
    "a comment in the reasons": (comment("core/reasons"), NOTHING),
    "a comment in the tables": (comment("core/tables"), NOTHING),
    "a comment in the files": (comment("core/files"), NOTHING),
    "a comment in the records": (comment("core/records"), NOTHING),
    "a comment in a section of the configuration": (comment("config/curate"), NOTHING),
    "the version": (
        replace(f"{SOURCE}/__init__.py", r'__version__ = ".*"', '__version__ = "9"'),
        NOTHING,
    ),
    "a progress line": (replace(f"{SOURCE}/core/jobs.py", "s left", "s to go"), NOTHING),
    "the script's comment": (append("scripts/curate.py", "# A comment."), NOTHING),
    "the script": (append("scripts/curate.py", "CHANGED = True"), onwards("curate_shard")),
    "a sprite": (code("demo/sprites"), onwards("render_shard")),
    "the downloads": (code("stages/fetch/http"), onwards("fetch_shard")),
    "a threshold of the convention": (
        replace(
            f"{SOURCE}/stages/curate/thresholds.py",
            r"equal_correlation: float = threshold\(\s*0\.98",
            "equal_correlation: float = threshold(0.97",
        ),
        onwards("curate_shard"),
    ),
    "a function of the frame reader": (
        replace(
            f"{SOURCE}/media/frame_reader.py",
            r"(    def advance\(self\) -> None:\n        \"\"\".*\"\"\"\n)",
            r"\1        assert self\n",
        ),
        onwards("curate_shard"),
    ),
    "a comment in the frame reader": (comment("media/frame_reader"), NOTHING),
    "the tracks of objects": (code("stages/detect/tracks"), onwards("detect_shard")),
    "the agreement": (code("stages/viewpoints/agreement"), onwards("choose_viewpoints")),
    "the writer of shards": (code("stages/features/writer"), onwards("write_features")),
    # Written shards are read back.
    "the reader of shards": (code("shards/read"), onwards("write_features")),
    "the mel filters": (code("ambisonics/mel"), onwards("write_features")),
    "the samples": (code("data/dataset"), onwards("train_model")),
    "the metrics": (code("learning/metrics"), onwards("evaluate_model")),
    "the report": (code("stages/report/summary"), REPORT),
    "a template of the report": (append(f"{SOURCE}/stages/report/page.css", " "), REPORT),
    "a command": (code("commands/check"), NOTHING),
    "the plan": (code("stages/plan/splits"), NOTHING),
}


@pytest.mark.parametrize("name", CODE_CHANGES)
def test_a_change_of_code_re_runs_the_stages_that_run_it(project, name):
    change, expected = CODE_CHANGES[name]
    change(project)
    assert rules(project) == expected


# The report shows the whole configuration, apart from `fetch`.
CONFIG_CHANGES = {
    "sources": (
        section(sources=[{"kind": "demo", "videos": 1, "seconds": 1.5}]),
        set(RULES),
    ),
    "results": (section(results="elsewhere"), set(RULES)),
    "takedown": (section(takedown="takedown.txt"), REPORT),
    "cache": (section(cache={"path": "cache", "max_gb": 5.0}), REPORT),
    "fetch": (section(fetch={"max_attempts": 7}), NOTHING),
    "clip": (section(clip={"duration": 1.5}), onwards("curate_shard")),
    "shard": (section(shard={"clips": 4}), set(RULES)),
    "split": (section(split={"test_share": 0.9}), onwards("curate_shard")),
    "curate": (section(curate={"tau": 0.2}), onwards("curate_shard")),
    "detect": (section(detect={"confidence": 0.5}), onwards("detect_shard")),
    "detect.fps": (section(detect={"fps": 2.0}), onwards("detect_shard")),
    "viewpoints": (section(viewpoints={"count": 2}), onwards("choose_viewpoints")),
    "features": (section(features={"n_mels": 32}), onwards("write_features")),
    "train": (section(train={"width": 8}), onwards("train_model")),
    "evaluate": (section(evaluate={"pairs": 10}), onwards("evaluate_model")),
    "seed": (section(seed=1), set(RULES)),
}


def test_every_section_of_the_configuration_is_in_the_table():
    assert {name.partition(".")[0] for name in CONFIG_CHANGES} == set(Config.model_fields)


@pytest.mark.parametrize("name", CONFIG_CHANGES)
def test_a_value_of_the_configuration_re_runs_the_stages_that_read_it(project, name):
    change, expected = CONFIG_CHANGES[name]
    change(project)
    assert rules(project) == expected


@pytest.mark.parametrize("folder", ["scripts", "rules", "workflow", "src"])
def test_time_stamps_of_the_checkout_re_run_nothing(project, folder):
    touch(folder)(project)
    assert rules(project) == NOTHING


def test_weights_of_the_same_content_re_run_only_the_report(project):
    section(detect={"weights": "weights.pt"})(project)
    assert rules(project) == REPORT, "it shows the name"
    with (project.run / "weights.pt").open("ab") as file:
        file.write(b"x")
    assert rules(project) == onwards("detect_shard")


def test_a_sprite_re_runs_nothing_on_local_files(project):
    code("demo/sprites")(project)
    assert {shard for _, shard in jobs(project) if shard.startswith("s0")} == {"s0000"}


def test_a_change_of_the_list_re_runs_the_shard_that_it_touches(project):
    (project.run / "media" / "two.wav").unlink()
    per_shard = {shard for name, shard in jobs(project) if name == "curate_shard"}
    assert per_shard == {"s0001"}
