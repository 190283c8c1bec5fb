"""Entry point of the command line `foa360`."""

import argparse
import os
import sys
from typing import Protocol

from foa360 import __version__
from foa360.commands import (
    check,
    export,
    leakage,
    probe_clients,
    retry,
    verify,
)
from foa360.core.shown import allow_any_character

#: Exit status of a command whose reader has left, as of a program that SIGPIPE ends.
READER_LEFT = 141


class Command(Protocol):
    """A module that implements a command; its docstring is the description of the command."""

    __doc__: str | None
    HELP: str

    def add(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace, /) -> int:
        """Run the command and return its exit status."""


COMMANDS: dict[str, Command] = {
    "check": check,
    "verify": verify,
    "retry": retry,
    "probe-clients": probe_clients,
    "export": export,
    "leakage": leakage,
}


def main(command_line: list[str] | None = None) -> int:
    """Run one command and return its exit status; by default, that of the process."""
    parser = argparse.ArgumentParser(
        prog="foa360",
        description="Curation and features for 360° video with first-order ambisonic audio.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.HELP, description=command.__doc__)
        command.add(subparser)
        subparser.set_defaults(run=command.run)
    allow_any_character()
    arguments = parser.parse_args(command_line)
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output has left, as `head` does. Python writes the rest at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    return status
