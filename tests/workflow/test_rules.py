"""Agreement of rule files, scripts and stages; layers are checked by import-linter."""

import re
from pathlib import Path
from typing import get_args

import pytest
from support.runs import ROOT

from foa360.config.experiments import Input, Task
from foa360.core.paths import run_paths
from foa360.data.inputs import AUDIO_INPUTS
from foa360.stages.evaluate.stage import EVALUATIONS
from foa360.tasks.registry import TASKS

#: Planning, and judging again, come before any job: their rule files call them, without a script.
WITHOUT_SCRIPT = {"plan", "judge"}
#: Rule files without a rule: functions that the others share.
SHARED_RULES = {"common", "experiments", "resources", "view"}
STAGES = sorted(
    path.name
    for path in (ROOT / "src" / "foa360" / "stages").iterdir()
    if (path / "stage.py").exists()
)


def names(folder: Path, pattern: str) -> set[str]:
    return {path.stem for path in folder.glob(pattern)}


def rule_text(stage: str) -> str:
    return (ROOT / "rules" / f"{stage}.smk").read_text(encoding="utf-8")


def test_every_stage_has_a_rule_file_and_a_script_of_its_name():
    assert names(ROOT / "rules", "*.smk") - SHARED_RULES == set(STAGES)
    assert names(ROOT / "scripts", "*.py") == set(STAGES) - WITHOUT_SCRIPT


def test_every_folder_of_the_stages_is_a_stage():
    folders = [path for path in (ROOT / "src" / "foa360" / "stages").iterdir() if path.is_dir()]
    assert sorted(path.name for path in folders if path.name != "__pycache__") == STAGES


@pytest.mark.parametrize("stage", sorted(set(STAGES) - WITHOUT_SCRIPT))
def test_a_rule_has_a_log_a_digest_of_its_code_and_its_script(stage):
    text = rule_text(stage)
    assert len(re.findall(r"^rule ", text, re.MULTILINE)) == 1
    assert "    log:\n" in text
    assert f'code=stage_code("{stage}")' in text
    assert f'"../scripts/{stage}.py"' in text


@pytest.mark.parametrize("stage", sorted(set(STAGES) - WITHOUT_SCRIPT))
def test_the_view_of_a_run_knows_how_long_a_job_takes(stage):
    assert f'"{stage}"' in rule_text("resources").partition("TYPICAL")[2]


@pytest.mark.parametrize("stage", sorted(set(STAGES) - WITHOUT_SCRIPT))
def test_a_script_calls_the_function_that_its_rule_is_called_after(stage):
    (rule,) = re.findall(r"^rule (\w+):", rule_text(stage), re.MULTILINE)
    script = (ROOT / "scripts" / f"{stage}.py").read_text(encoding="utf-8")
    imported = re.search(rf"from foa360\.stages\.{stage}\.stage import (.*)", script)
    assert imported is not None
    assert rule in imported.group(1).replace(" ", "").split(",")
    assert f"{rule}(" in script


def test_rules_evaluate_by_all_evaluations():
    text = " ".join(rule_text("experiments").split())
    names = ", ".join(f'"{name}"' for name in EVALUATIONS)
    assert f"EVALUATION_NAMES = [ {names}, ]" in text


def test_experiments_can_have_every_task_and_input():
    assert set(get_args(Task)) == set(TASKS)
    assert set(get_args(Input)) == set(AUDIO_INPUTS)


def test_the_files_of_a_shard_are_the_outputs_logs_and_costs_of_its_rules():
    text = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    outputs = re.findall(r"output:\n((?:        .*\n)+)", text)
    names = set(re.findall(r"PATHS\.(\w+)", "".join(outputs)))
    paths = run_paths("out", "media")
    written = {getattr(paths, name) for name in names} - {paths.truth}
    written |= {
        f"{getattr(paths, kind)}/{rest}"
        for kind, rest in re.findall(
            r"\{PATHS\.(logs|costs)\}/([^\"]+)", text.replace("{{", "{").replace("}}", "}")
        )
    }
    of_shard = {path.replace("{shard}", "s0000") for path in written if "{shard}" in path}
    # These are written by the rules that they belong to, and by a start.
    others = {f"out/{stage}/s0000.partial" for stage in ("measures", "boxes", "features")}
    others.add("out/fetch/s0000.again")
    assert of_shard == set(paths.of_shard("s0000")) - others
