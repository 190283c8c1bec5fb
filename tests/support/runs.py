"""Runs of the workflow in separate folders."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from foa360.core import tables
from foa360.core.records import CuratedClip

ROOT = Path(__file__).resolve().parents[2]
SNAKEMAKE = (sys.executable, "-m", "snakemake")
#: A demo that reaches the report in a minute or two.
SMALL = {
    "sources": [{"kind": "demo", "videos": 12, "seconds": 3.0}],
    "shard": {"clips": 24},
    "detect": {"image_size": 416},
    "features": {"video_width": 128, "n_mels": 32},
    "train": {
        "width": 4,
        "crop": 32,
        "frames": 1,
        "batch": 8,
        "steps": 30,
        "learning_rate": 0.001,
    },
    "evaluate": {"pairs": 24, "fit_pairs": 24, "epochs": 2, "probe_steps": 20},
}
#: Suffixes of the files that must be the same in every run.
PRODUCT_SUFFIXES = {".parquet", ".h5", ".sha256", ".pt", ".csv", ".json", ".html", ".txt", ".js"}


def configure(folder: Path, config: dict[str, Any]) -> Path:
    """Make a folder with a configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def command(
    folder: Path,
    *arguments: str,
    checkout: Path = ROOT,
    program: Sequence[str] = SNAKEMAKE,
) -> list[str]:
    """Command line of Snakemake for a run in a folder."""
    return [
        *program,
        "--snakefile",
        str(checkout / "workflow" / "Snakefile"),
        "--directory",
        str(folder),
        "--configfile",
        str(folder / "config.yaml"),
        *arguments,
    ]


#: Limit of one run, s. The longest takes some 100 s alone; this holds on a machine that is five
#: times slower and loaded.
RUN_LIMIT_S = 3600.0


def run(
    folder: Path,
    *arguments: str,
    checkout: Path = ROOT,
    timeout: float = RUN_LIMIT_S,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the workflow of a checkout with its package; standard output and errors are one."""
    return subprocess.run(
        command(folder, *arguments, checkout=checkout),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout / "src"), **(environment or {})},
        timeout=timeout,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def products(folder: Path) -> dict[str, bytes]:
    """Content of every file that must be the same in every run.

    Unfinished files of the cache are not: as another run may be writing them, they stay for a day.
    """
    found = {}
    for path in sorted([*(folder / "results").rglob("*"), *(folder / "cache").rglob("*")]):
        is_product = path.suffix in PRODUCT_SUFFIXES or "media" in path.parts
        if path.name == "cost.js":  # the times of the jobs
            continue
        name = str(path.relative_to(folder))
        if name.startswith("cache/") and path.name.startswith("."):
            continue
        if path.is_file() and is_product and "logs" not in path.parts:
            found[name] = path.read_bytes()
    return found


def assert_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """Assert that the products of two runs are the same; a failure names the files."""
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


def curated(folder: Path) -> list[CuratedClip]:
    """Curated clips of all shards, in order."""
    clips = []
    for path in sorted((folder / "results" / "curation").glob("*.parquet")):
        clips += tables.read(path, CuratedClip)
    return clips
