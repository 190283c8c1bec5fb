"""What a change re-runs, from the output of `snakemake -n`.

One project has a shard of the demo and a shard of local files, another has shards of local files.
Their clips are measured and judged; the outputs of later stages are placeholders that `snakemake
--touch` has marked as complete: a dry run compares digests, parameters and time stamps.
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
from support.shared import made_once

from foa360.config.root import Config
from foa360.demo.encode import write_media

pytestmark = [pytest.mark.system, pytest.mark.slow]

#: Rules in the order of the workflow; each depends on those before.
RULES = [
    "render_shard",
    "fetch_shard",
    "measure_shard",
    "divide_clips",
    "detect_shard",
    "track_objects",
    "choose_viewpoints",
    "write_features",
    "write_test_list",
    "train_model",
    "evaluate_model",
    "pool_seeds",
    "compare_experiments",
    "join_published",
    "write_report",
]
NOTHING: set[str] = set()
SUBSETS = {"divide_clips"}
TEST_LIST = {"write_test_list"}
REPORT = {"write_report"}
SOURCE = "src/foa360"


class Project(NamedTuple):
    """A copy of the checkout, and the folder of a run."""

    checkout: Path
    run: Path

    @classmethod
    def below(cls, folder: Path) -> "Project":
        return cls(folder / "checkout", folder / "run")


Change = Callable[[Project], None]


def onwards(rule: str) -> set[str]:
    """Name a rule and all that follow."""
    return set(RULES[RULES.index(rule) :])


def write_audio(project: Project, *names: str) -> None:
    """Write short recordings, one clip each, into the folder of media."""
    for name in names:
        random = np.random.default_rng(list(name.encode()))
        audio = 0.1 * random.standard_normal((4, 3 * 48000)).astype(np.float32)
        write_media(project.run / "media" / f"{name}.wav", None, audio, audio="pcm16")


def copy_checkout(folder: Path) -> Project:
    """Begin a project with a copy of the checkout."""
    project = Project.below(folder)
    for part in ("src", "rules", "scripts", "workflow"):
        shutil.copytree(ROOT / part, project.checkout / part)
    return project


def complete(project: Project) -> None:
    """Leave nothing to do."""
    done = run(project.run, "--cores", "2", "curate", checkout=project.checkout)
    assert done.returncode == 0, done.stdout[-3000:]
    for output in re.findall(r"^    output: (.*)$", dry_run(project), re.MULTILINE):
        for name in output.split(", "):
            path = project.run / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix:
                path.write_text("placeholder")
            else:
                path.mkdir()
    options = ["--touch", "--forceall", "--cores", "1", "all"]
    touched = run(project.run, *options, checkout=project.checkout)
    assert touched.returncode == 0, touched.stdout[-3000:]
    assert jobs(project) == NOTHING


def copy_project(project: Project, folder: Path) -> Project:
    """Copy a project, time stamps included."""
    copy = Project.below(folder)
    shutil.copytree(project.checkout, copy.checkout)
    shutil.copytree(project.run, copy.run)
    return copy


@pytest.fixture(scope="session")
def complete_project(tmp_path_factory) -> Project:
    """Make a project of two shards in which nothing is left to do."""

    def make(folder: Path) -> None:
        project = copy_checkout(folder)
        write_audio(project, "one", "two")
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
        (project.run / "takedown.txt").write_text("# No video so far.\n")
        complete(project)

    return Project.below(made_once(tmp_path_factory, "reruns", make))


@pytest.fixture
def project(complete_project, tmp_path) -> Project:
    return copy_project(complete_project, tmp_path)


@pytest.fixture(scope="session")
def complete_folder(tmp_path_factory) -> Project:
    """Make a project of five files: shards of b and d, of f and h, and of j."""

    def make(folder: Path) -> None:
        project = copy_checkout(folder)
        write_audio(project, "b", "d", "f", "h", "j")
        config = {
            "sources": [{"kind": "folder", "path": "media"}],
            "shard": {"clips": 2},
            "cache": {"path": "cache", "max_gb": 1.0},
        }
        configure(project.run, config)
        complete(project)

    return Project.below(made_once(tmp_path_factory, "folder", make))


@pytest.fixture
def folder_project(complete_folder, tmp_path) -> Project:
    return copy_project(complete_folder, tmp_path)


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


def all_of(*changes: Change) -> Change:
    """Make several changes at once."""

    def change(project: Project) -> None:
        for one in changes:
            one(project)

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
    # Together, since a dry run takes its time; each of them alone re-runs no more.
    "comments, the version, a progress line, a command and the plan": (
        all_of(
            comment("config/section"),
            comment("config/curate"),
            comment("core/reasons"),
            comment("core/tables"),
            comment("core/files"),
            comment("core/records"),
            comment("media/frame_reader"),
            append("scripts/measure.py", "# A comment."),
            replace(f"{SOURCE}/__init__.py", r'__version__ = ".*"', '__version__ = "9"'),
            replace(f"{SOURCE}/core/jobs.py", "s left", "s to go"),
            code("commands/check"),
            code("stages/plan/splits"),
        ),
        NOTHING,
    ),
    "the script": (append("scripts/measure.py", "CHANGED = True"), onwards("measure_shard")),
    "a sprite": (code("demo/sprites"), onwards("render_shard")),
    "the downloads": (code("stages/fetch/http"), onwards("fetch_shard")),
    "a threshold of the convention": (
        replace(
            f"{SOURCE}/stages/judge/thresholds.py",
            r"equal_correlation: float = threshold\(\s*0\.98",
            "equal_correlation: float = threshold(0.97",
        ),
        REPORT,
    ),
    "a threshold that changes verdicts": (
        replace(
            f"{SOURCE}/stages/judge/thresholds.py",
            r"black_level: float = threshold\(\s*24",
            "black_level: float = threshold(255",
        ),
        SUBSETS | onwards("detect_shard"),
    ),
    "a function of the frame reader": (
        replace(
            f"{SOURCE}/media/frame_reader.py",
            r"(    def advance\(self\) -> None:\n        \"\"\".*\"\"\"\n)",
            r"\1        assert self\n",
        ),
        onwards("measure_shard"),
    ),
    "the network": (code("stages/detect/yolo"), onwards("detect_shard")),
    "the tracks of objects": (code("stages/track/tracks"), onwards("track_objects")),
    "the agreement": (code("stages/viewpoints/agreement"), onwards("choose_viewpoints")),
    "the writer of shards": (code("stages/features/writer"), onwards("write_features")),
    # Written shards are read back.
    "the reader of shards": (code("shards/read"), onwards("write_features")),
    "the mel filters": (code("ambisonics/mel"), onwards("write_features")),
    "the samples": (code("data/dataset"), onwards("train_model")),
    "the metrics": (code("learning/metrics"), onwards("evaluate_model")),
    "the report": (code("stages/report/summary"), REPORT),
    "a template of the report": (append(f"{SOURCE}/stages/report/page/page.css", " "), REPORT),
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
    "results": (section(results="elsewhere"), onwards("fetch_shard")),
    "takedown": (section(takedown="takedown.txt"), REPORT),
    "cache": (section(cache={"path": "cache", "max_gb": 5.0}), REPORT),
    "fetch": (section(fetch={"max_attempts": 7, "rate_mb": 3.0}), NOTHING),
    "clip": (section(clip={"duration": 1.5}), onwards("measure_shard")),
    "shard": (section(shard={"clips": 4}), set(RULES)),
    "split": (section(split={"test_share": 0.9}), onwards("measure_shard")),
    "curate: a note only": (
        section(curate={"tau": 0.11}),
        SUBSETS | TEST_LIST | onwards("evaluate_model"),
    ),
    "curate: other kept clips": (
        section(curate={"strict": True, "tau": 0.001}),
        SUBSETS | onwards("detect_shard"),
    ),
    "curate.preset": (
        section(curate={"preset": "sphere360"}),
        SUBSETS | onwards("detect_shard"),
    ),
    "curate.reject": (
        section(curate={"reject": ["silent"]}),
        SUBSETS | onwards("detect_shard"),
    ),
    "curate.score_only": (
        section(curate={"score_only": True}),
        SUBSETS | onwards("detect_shard"),
    ),
    "curate.cutoff_hz": (section(curate={"cutoff_hz": 3000.0}), onwards("measure_shard")),
    "detect.confidence": (section(detect={"confidence": 0.5}), onwards("track_objects")),
    "detect.confidence: very low": (
        section(detect={"confidence": 0.01}),
        onwards("detect_shard"),
    ),
    "detect.image_size": (section(detect={"image_size": 320}), onwards("detect_shard")),
    "detect.fps": (section(detect={"fps": 2.0}), onwards("measure_shard")),
    "viewpoints": (section(viewpoints={"count": 2}), onwards("choose_viewpoints")),
    "features": (section(features={"n_mels": 32}), onwards("write_features")),
    "features.video_fps": (section(features={"video_fps": 2.0}), onwards("write_features")),
    "train": (section(train={"width": 8}), onwards("train_model")),
    "train.workers": (section(train={"workers": 2}), REPORT),
    "experiments": (
        section(experiments=[{"name": "avc", "task": "avc"}, {"name": "more", "task": "avts"}]),
        onwards("train_model"),
    ),
    # No folder is given, and `all` writes no embeddings.
    "downstream": (section(downstream={"epochs": 3}), REPORT),
    "embeddings": (section(embeddings="takedown.txt"), REPORT),
    "evaluate": (section(evaluate={"pairs": 10}), TEST_LIST | onwards("evaluate_model")),
    "seed": (section(seed=1), set(RULES)),
}


def test_every_section_of_the_configuration_is_in_the_table():
    assert {re.split("[.:]", name)[0] for name in CONFIG_CHANGES} == set(Config.model_fields)


@pytest.mark.parametrize("name", CONFIG_CHANGES)
def test_a_value_of_the_configuration_re_runs_the_stages_that_read_it(project, name):
    change, expected = CONFIG_CHANGES[name]
    change(project)
    assert rules(project) == expected


def test_time_stamps_of_the_checkout_re_run_nothing(project):
    for folder in ("scripts", "rules", "workflow", "src"):
        touch(folder)(project)
    assert rules(project) == NOTHING


def test_weights_of_the_same_content_re_run_only_the_report(project):
    section(detect={"weights": "weights.pt"})(project)
    assert rules(project) == REPORT, "it shows the name"
    with (project.run / "weights.pt").open("ab") as file:
        file.write(b"x")
    assert rules(project) == onwards("detect_shard")


def test_media_removed_after_features_re_run_nothing(project):
    shutil.rmtree(project.run / "cache" / "demo" / "media")
    assert rules(project) == NOTHING


def test_a_sprite_re_runs_nothing_on_local_files(project):
    code("demo/sprites")(project)
    assert {shard for _, shard in jobs(project) if shard.startswith("s0")} == {"s0000"}


def add(*names: str) -> Change:
    return lambda project: write_audio(project, *names)


def rename(old: str, new: str) -> Change:
    def change(project: Project) -> None:
        media = project.run / "media"
        (media / f"{old}.wav").rename(media / f"{new}.wav")

    return change


def remove(*names: str) -> Change:
    def change(project: Project) -> None:
        for name in names:
            (project.run / "media" / f"{name}.wav").unlink()

    return change


def rewrite(name: str) -> Change:
    """Replace a file in place by one of the same length."""

    def change(project: Project) -> None:
        path = project.run / "media" / f"{name}.wav"
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)

    return change


#: Rules whose jobs are for one shard each, and rules after fetch that read all shards.
ALL_SHARDS_RULES = SUBSETS | TEST_LIST | onwards("train_model")
SHARD_RULES = onwards("fetch_shard") - ALL_SHARDS_RULES
#: A change of the files, and the shards that have jobs.
FILE_CHANGES = {
    "a file added first": (add("a"), {"s0002"}),
    "a file added in the middle": (add("e"), {"s0002"}),
    "a file added last": (add("k"), {"s0002"}),
    "more files than the last shard takes": (add("a", "e", "k"), {"s0002", "s0003"}),
    "the first file removed": (remove("b"), {"s0000"}),
    "a file removed in the middle": (remove("f"), {"s0001"}),
    "the last shard removed": (remove("j"), set()),
    "a shard in the middle removed": (remove("f", "h"), set()),
    "a file replaced by one of the same length": (rewrite("f"), {"s0001"}),
    "a file renamed": (rename("b", "a"), {"s0000", "s0002"}),
}


@pytest.mark.parametrize("name", FILE_CHANGES)
def test_a_change_of_the_files_re_runs_the_shards_that_it_touches(folder_project, name):
    change, shards = FILE_CHANGES[name]
    change(folder_project)
    found = jobs(folder_project)
    expected = {(rule, shard) for rule in SHARD_RULES for shard in shards}
    assert {job for job in found if job[0] in SHARD_RULES} == expected
    assert {rule for rule, _ in found} - SHARD_RULES == ALL_SHARDS_RULES


def test_a_requested_shard_is_fetched_again_by_every_target(folder_project):
    (folder_project.run / "results/fetch/s0001.again").write_text("1")
    expected = {(rule, "s0001") for rule in SHARD_RULES}
    assert {job for job in jobs(folder_project) if job[0] in SHARD_RULES} == expected
    for target in ("fetch", "curate", "detect", "features", "train", "evaluate", "report"):
        done = run(folder_project.run, "-n", target, checkout=folder_project.checkout)
        (job,) = re.findall(r"rule fetch_shard:.*?output: (\S+)", done.stdout, re.DOTALL)
        assert job == "results/fetch/s0001.parquet", target


def test_a_budget_of_the_cache_hides_no_shard(folder_project):
    section(curate={"cutoff_hz": 3000.0})(folder_project)
    shards = {shard for rule, shard in jobs(folder_project) if rule == "measure_shard"}
    assert shards == {"s0000", "s0001", "s0002"}


def test_with_a_budget_of_the_cache_new_shards_wait_for_each_other(folder_project):
    add("k", "l", "m", "n")(folder_project)
    blocks = dry_run(folder_project).split("\nrule fetch_shard:")[1:]
    before = {}
    for block in blocks:
        shard = re.search(r"output: results/fetch/(\w+)", block).group(1)
        before[shard] = re.findall(r"results/features/(\w+)\.h5", block.partition("output:")[0])
    assert before == {"s0002": [], "s0003": ["s0002"], "s0004": ["s0003"]}


def test_a_budget_of_the_cache_re_runs_only_the_report(folder_project):
    section(cache={"path": "cache"})(folder_project)
    assert rules(folder_project) == REPORT, "it shows the configuration"


def test_a_dry_run_does_not_decide_where_files_go(folder_project):
    plan = folder_project.run / "results" / "plan" / "shards.parquet"
    before = plan.read_bytes()
    add("a", "e")(folder_project)
    section(shard={"clips": 1})(folder_project)
    assert {shard for _, shard in jobs(folder_project)} >= {"s0000", "s0006"}
    assert plan.read_bytes() == before
    section(shard={"clips": 2})(folder_project)
    remove("a", "e")(folder_project)
    assert jobs(folder_project) == NOTHING
