"""The command line `foa360`."""

import argparse

from foa360 import __version__
from foa360.commands import (
    check,
    export,
    leakage,
    probe_clients,
    retry,
    verify,
)

#: Each has HELP, add(parser) and run(arguments) → exit status.
COMMANDS = {
    "check": check, "verify": verify, "retry": retry, "probe-clients": probe_clients,
    "export": export, "leakage": leakage,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="foa360", description="Curation and features for 360° video with ambisonics."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.__doc__)
        module.add(command)
        command.set_defaults(run=module.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))
