"""docs/example.md, from a shard to a trained probe, on the results of a run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.runs import ROOT

CELLS = re.findall(
    r"^```python\n(.*?)^```",
    (ROOT / "docs" / "example.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.mark.system
def test_the_example_trains_a_probe(complete_run: Path, tmp_path: Path) -> None:
    (tmp_path / "results").symlink_to(complete_run / "results")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(CELLS)],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^[01]\.\d\d right, always “\w+”: 0\.\d\d$", done.stdout, re.MULTILINE)
    assert (tmp_path / "energy.png").stat().st_size > 5000


def test_it_has_forty_lines() -> None:
    lines = [line for cell in CELLS for line in cell.splitlines() if line]
    assert len(lines) <= 40
