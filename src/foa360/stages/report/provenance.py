"""What decided the numbers: versions, weights, configuration; and the times of the jobs."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import yaml

from foa360.config.root import Config

#: Packages that decide numbers.
PACKAGES = (
    "foa360",
    "av",
    "torch",
    "torchvision",
    "ultralytics-opencv-headless",
    "numpy",
    "scipy",
    "opencv-python-headless",
)


class Cost(NamedTuple):
    """Jobs of a rule: how many, their time together and that of the longest, s, and memory, MB."""

    rule: str
    jobs: int
    total_s: float
    longest_s: float
    cpu_s: float
    memory_mb: float


def versions() -> list[tuple[str, str]]:
    """Return the versions of the packages that decide numbers."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def config_text(settings: Config) -> str:
    """Write the configuration as YAML, without the section that may name cookies."""
    shown = settings.model_dump(mode="json", exclude={"fetch"})
    return str(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True))


def published_digest(shard: Path) -> str:
    """SHA-256 that was written beside a shard."""
    return shard.with_name(f"{shard.name}.sha256").read_text().split()[0]


def costs(folder: Path) -> list[Cost]:
    """Sum the costs of the jobs of each rule; none where nothing was recorded."""
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for path in sorted(folder.rglob("*.tsv")):
        rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
        found[rule] += _rows(path)
    summed = []
    for rule, rows in found.items():
        seconds = [_number(row, "s") for row in rows]
        summed.append(
            Cost(
                rule,
                len(rows),
                sum(seconds),
                max(seconds),
                sum(_number(row, "cpu_time") for row in rows),
                max(_number(row, "max_rss") for row in rows),
            )
        )
    return summed


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def _number(row: Mapping[str, str], name: str) -> float:
    """Read the number of a cell; 0 where Snakemake measured nothing."""
    try:
        return float(row.get(name) or 0)
    except ValueError:
        return 0.0
