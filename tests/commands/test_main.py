"""The entry point of the command line."""

import os
import subprocess
import sys

import numpy as np
import pytest

from foa360 import __version__
from foa360.commands.main import COMMANDS, main
from foa360.demo.encode import write_media


@pytest.mark.parametrize("arguments", [["retry", "--reason", "nonsense"], ["unknown"]])
def test_unknown_arguments_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert arguments[-1] in capsys.readouterr().err


def test_help_lists_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # no line breaks in the help texts
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert name in text
        assert command.HELP in text


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize("arguments", [["check", "--json", "."], ["check", "."], ["check"]])
def test_a_reader_that_leaves_early_is_no_error(tmp_path, arguments):
    for i in range(3):
        write_media(tmp_path / f"{i}.flac", None, np.ones((4, 4800), np.float32) / 9)
    command = "import sys; from foa360.commands.main import main; sys.exit(main())"
    if len(arguments) == 1:
        arguments = ["check", *(f"{i}.flac" for i in range(3))]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments],
            cwd=tmp_path,
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "terminal",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "utf-8"},
    ],
)
def test_any_name_is_shown_on_any_terminal(tmp_path, terminal):
    """A name with an accent, and one that is not UTF-8."""
    names = [b"caf\xe9.flac", "Caf\u00e9.flac".encode()]
    for name in names:
        write_media(tmp_path / "a.flac", None, np.ones((4, 4800), np.float32) / 9)
        os.rename(tmp_path / "a.flac", os.fsencode(tmp_path) + b"/" + name)
    (tmp_path / "ids.txt").write_text("Caf\u00e9\n")
    command = "import sys; from foa360.commands.main import main; sys.exit(main())"
    for arguments in (["check", "."], ["check", "--json", *names], ["leakage"] + ["ids.txt"] * 2):
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments],
            cwd=tmp_path,
            env={**os.environ, **terminal},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert b"Traceback" not in done.stderr
        lines = done.stdout.decode().splitlines()
        assert len(lines) == (1 if arguments[0] == "leakage" else 2)
        assert all("af" in line for line in lines)
