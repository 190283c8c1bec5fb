"""Schedule failed downloads for another attempt by the next run of the workflow.

Without --reason, all of them. Transient failures (rate limits, time-outs, server errors) are
attempted again by every run anyway.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import yaml

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core.reasons import REASONS
from foa360.stages.fetch.failures import retry_failures

HELP = "schedule failed downloads for another attempt"
FAILURE_CODES = [code for code, reason in REASONS.items() if reason.kind == "failed"]


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--reason",
        nargs="+",
        choices=FAILURE_CODES,
        metavar="CODE",
        default=FAILURE_CODES,
        help=f"reason codes of the failures: {', '.join(FAILURE_CODES)} (default: all)",
    )
    parser.add_argument(
        "--configfile",
        type=Path,
        default=Path("config.yaml"),
        help="configuration of the workflow (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Print the number of failures per reason; return 2 if the configuration is unusable."""
    try:
        text = arguments.configfile.read_text(encoding="utf-8")
        config = load_config(yaml.safe_load(text))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(f"{arguments.configfile}: {error}", file=sys.stderr)
        return 2
    tables = Path(config.results) / "fetch"
    counts = retry_failures(tables, Path(config.cache.path), arguments.reason)
    for code, count in counts.most_common():
        print(f"{count} {code}: {REASONS[code].sentence}")
    print(f"{counts.total()} videos will be fetched again by the next run of the workflow")
    return 0
