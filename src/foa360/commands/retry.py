"""`foa360 retry`: mark failed fetches for another try by the next run of the workflow.

Without reasons, all of them. What may pass by itself (rate limits, time-outs, errors of servers) is
asked for again by every run anyway.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import yaml

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core.reasons import REASONS
from foa360.stages.fetch.ledger import ask_again

HELP = "mark failed fetches for another try"
CODES = [code for code, reason in REASONS.items() if reason.kind == "failed"]


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--reason", nargs="+", choices=CODES, metavar="CODE", default=CODES,
        help=f"reasons: {', '.join(CODES)}",
    )  # fmt: skip
    parser.add_argument(
        "--configfile", type=Path, default=Path("config.yaml"), help="the workflow's (config.yaml)"
    )


def run(chosen: Namespace) -> int:
    """Say how many there were; 2 if the configuration cannot be read."""
    try:
        config = load_config(yaml.safe_load(chosen.configfile.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        said = error if isinstance(error, ConfigError) else f"{chosen.configfile}: {error}"
        print(said, file=sys.stderr)
        return 2
    counts = ask_again(Path(config.results) / "fetch", Path(config.cache.path), chosen.reason)
    for code, count in counts.most_common():
        print(f"{count} {code}: {REASONS[code].sentence}")
    print(f"{counts.total()} videos will be asked for by the next run of snakemake")
    return 0
