"""Schedule failed downloads for another attempt by the next run of the workflow.

Without --reason, all of them. Transient failures (rate limits, time-outs, server errors) are
attempted again by the next runs anyway, whatever their target; after three attempts in vain, once
an hour, and then less and less often, up to once a day.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import yaml

from foa360.config.load import load_config
from foa360.config.section import ConfigError
from foa360.core.jobs import error_text
from foa360.core.reasons import REASONS
from foa360.core.run_lock import locked_results
from foa360.core.shown import printable
from foa360.stages.fetch.failures import FETCH_REASONS, retry_failures

#: What the message of a missing configuration advises.
NO_CONFIGURATION = (
    "no such configuration; run this in the folder of the run, or name its configuration with"
    " --configfile"
)
HELP = "schedule failed downloads for another attempt"


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--reason",
        nargs="+",
        choices=FETCH_REASONS,
        metavar="CODE",
        default=FETCH_REASONS,
        help=f"reason codes of the failures: {', '.join(FETCH_REASONS)} (default: all)",
    )
    parser.add_argument(
        "--configfile",
        type=Path,
        default=Path("config.yaml"),
        help="configuration of the workflow (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Print the number of failures per reason; return 2 if a file is unusable or a run goes on."""
    try:
        text = arguments.configfile.read_text(encoding="utf-8")
        config = load_config(yaml.safe_load(text))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except FileNotFoundError:
        print(printable(f"{arguments.configfile}: {NO_CONFIGURATION}"), file=sys.stderr)
        return 2
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(f"{arguments.configfile}: {error}", file=sys.stderr)
        return 2
    tables = Path(config.results) / "fetch"
    try:
        with locked_results(Path(config.results)):
            cache = Path(config.cache.path)
            counts = retry_failures(tables, cache, arguments.reason, at_once=True)
    except OSError as error:
        print(error_text(error), file=sys.stderr)
        return 2
    for code, count in counts.most_common():
        print(f"{count} {code}: {REASONS[code].sentence}")
    print(f"{counts.total()} videos will be fetched again by the next run of the workflow")
    return 0
