"""The example of the README runs as it stands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.slow
def test_the_example_runs_as_a_script(sample_shard: Path, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (tmp_path / "example.py").write_text(example)
    (tmp_path / "results" / "features").mkdir(parents=True)
    shutil.copy(sample_shard, tmp_path / "results" / "features" / "s0000.h5")
    # What an interrupted job leaves.
    (tmp_path / "results" / "features" / ".x.part.h5").write_bytes(b"half a shard")
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "(4, 48000)"
    assert "torch.Size" in done.stdout
