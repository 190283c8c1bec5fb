"""The pages of the documentation: what is generated is current, what they show works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import reference_pages
from support.runs import ROOT

from foa360.core.advice import ADVICE
from foa360.core.reasons import REASONS

EXTENSIONS = re.findall(
    r"^## (.*?)\n.*?```diff\n(.*?)```.*?```python\n(.*?)```.*?```text\n(.*?)```",
    (ROOT / "docs" / "extending.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.mark.parametrize("name", reference_pages.PAGES)
def test_generated_pages_are_current(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == reference_pages.PAGES[name](), "run python docs/reference_pages.py"


def test_every_reason_has_advice_and_a_row() -> None:
    assert set(ADVICE) == set(REASONS)
    page = reference_pages.reasons_page()
    for code in REASONS:
        assert len(re.findall(rf"^\| `{code}`( ↻)? \|", page, re.MULTILINE)) == 1, code


def test_keys_in_advice_are_keys_of_the_configuration() -> None:
    keys = set(re.findall(r"`([a-z]+\.[a-z_]+)(?:: \w+)?`", " ".join(ADVICE.values())))
    reference = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert len(keys) > 5
    for key in keys:
        section, _, name = key.partition(".")
        _, _, part = reference.partition(f"## `{section}`")
        assert f"| `{name}` |" in part.partition("\n## ")[0], key


@pytest.mark.system
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    start = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="configuration.html"' in start
    assert not re.search(r'(?:src|href)="https?://[^"]+\.(?:js|css)"', start)


@pytest.mark.system
@pytest.mark.parametrize(
    ("patch", "check", "output"), [e[1:] for e in EXTENSIONS], ids=[e[0] for e in EXTENSIONS]
)
def test_an_extension_works(tmp_path: Path, patch: str, check: str, output: str) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    apply = ["git", "apply", "-"]
    subprocess.run(apply, cwd=tmp_path, input=patch, text=True, check=True)
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == output


def test_there_are_four_extensions() -> None:
    assert [name for name, *_ in EXTENSIONS] == ["A source", "A measure", "A feature", "A task"]
