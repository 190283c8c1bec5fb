"""What works without Snakemake, yt-dlp, Ultralytics and all else that only the workflow needs."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from support.runs import ROOT

from foa360.commands.entry import ALWAYS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Refuses to import modules, as if they were not installed, then runs a statement.
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

absent = set(sys.argv.pop(1).split())
sys.meta_path.insert(0, Absent())
"""
RUN = "from foa360.commands.entry import main; sys.exit(main())"


def distributions(requirements: list[str]) -> set[str]:
    """Names of distributions with all that they need, normalised."""
    found: set[str] = set()
    queue = list(requirements)
    while queue:
        name = re.match(r"[\w.-]+", queue.pop())[0].lower().replace("_", "-").replace(".", "-")
        if name not in found:
            found.add(name)
            try:
                needed = requires(name) or []
            except ModuleNotFoundError:
                continue
            queue += [line for line in needed if "extra ==" not in line]
    return found


def heavy_modules(*extras: str) -> set[str]:
    """Top-level modules that an install with these extras lacks."""
    light = list(PROJECT["dependencies"])
    for extra in extras:
        light += PROJECT["optional-dependencies"][extra]
    kept = distributions(light) | {"foa360"}
    return {
        module
        for module, names in packages_distributions().items()
        if not any(name.lower().replace("_", "-").replace(".", "-") in kept for name in names)
    }


def run(absent: set[str], code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT + code, " ".join(absent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_light_install_lacks_the_heavy_packages() -> None:
    heavy = heavy_modules()
    assert {"snakemake", "yt_dlp", "ultralytics", "torch", "matplotlib"} <= heavy
    assert not ALWAYS & heavy
    assert "torch" not in heavy_modules("data")


@pytest.mark.system
def test_files_are_checked_and_shards_verified(sample_shard: Path, tmp_path: Path) -> None:
    from support.sample_shard import write_sample_media

    media = write_sample_media(tmp_path)
    done = run(heavy_modules(), RUN, "check", str(media["two"]))
    assert "two.mkv 0-4 s: " in done.stdout, done.stderr
    done = run(heavy_modules(), RUN, "verify", str(sample_shard))
    assert done.returncode == 0, done.stderr


@pytest.mark.system
def test_shards_are_read_for_training(sample_shard: Path) -> None:
    code = """
from pathlib import Path
from foa360.data import ShardDataset
sample = ShardDataset([Path(sys.argv[1])], "test", viewpoints="stored")[0]
print(sample["audio"].shape[1])
"""
    done = run(heavy_modules("data"), code, str(sample_shard))
    assert done.stdout == "7\n", done.stderr


@pytest.mark.parametrize(
    ("module", "way_out"),
    [("pandas", "foa360'"), ("numpy", "foa360'"), ("tenacity", "foa360[workflow]'")],
)
def test_a_missing_module_is_named_in_a_sentence(module: str, way_out: str) -> None:
    code = RUN
    if module == "tenacity":  # what only some commands need
        code = f"import foa360.commands.main as m; m.main = lambda: __import__('tenacity'); {RUN}"
    done = run({module}, code, "--help")
    assert done.returncode == 1
    assert done.stderr.startswith(f"foa360: the Python module {module} is not installed; ")
    assert f"`pip install '{way_out}`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["foa360.config.load", "foa360.demo.catalogue"])
def test_a_start_does_not_wait_for_what_only_computing_needs(module: str) -> None:
    """Each job of the workflow reads the configuration."""
    heavy = {"scipy.fft", "scipy.signal", "scipy.stats", "torch", "pandas"}
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
