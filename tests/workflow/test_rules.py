"""Agreement of rule files, scripts and stages; layers are checked by import-linter."""

import re
from pathlib import Path

import pytest
from support.runs import ROOT

from foa360.tasks.registry import TASKS

#: The plan is written before any job is known: its rule file calls it, without a script.
WITHOUT_SCRIPT = {"plan"}
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
    assert names(ROOT / "rules", "*.smk") == set(STAGES)
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
def test_a_script_calls_the_function_that_its_rule_is_called_after(stage):
    (rule,) = re.findall(r"^rule (\w+):", rule_text(stage), re.MULTILINE)
    script = (ROOT / "scripts" / f"{stage}.py").read_text(encoding="utf-8")
    imported = re.search(rf"from foa360\.stages\.{stage}\.stage import (.*)", script)
    assert imported is not None
    assert rule in imported.group(1).replace(" ", "").split(",")
    assert f"{rule}(" in script


def test_rules_train_and_evaluate_the_registered_tasks():
    assert f"EXPERIMENTS = {list(TASKS)}".replace("'", '"') in rule_text("train")
    for name in TASKS:
        evaluation = f'PATHS.evaluation.format(experiment="{name}", task="{name}")'
        assert evaluation in rule_text("evaluate")
    starts_from = {name: task.starts_from for name, task in TASKS.items() if task.starts_from}
    assert f"STARTS_FROM = {starts_from}".replace("'", '"') in rule_text("train")
