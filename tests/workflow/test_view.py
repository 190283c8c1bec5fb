"""What a run shows while it runs and after an error, in a terminal and in a file."""

import os
import pty
import re
import subprocess

import pytest
from snakemake_interface_logger_plugins.tests import TestLogHandlerBase
from support.runs import ROOT, SMALL, command, configure

from foa360.core.jobs import VIEW_VARIABLE
from snakemake_logger_plugin_foa360 import LogHandler

pytestmark = pytest.mark.system

STATE = re.compile(r"\d:\d\d:\d\d  [a-z_]+ .* \| \d+ of \d+ jobs.* \| about .* left")


class TestHandler(TestLogHandlerBase):
    """The tests that Snakemake has for all plugins."""

    __test__ = True

    @pytest.fixture(autouse=True)
    def _environment(self, monkeypatch):
        monkeypatch.setenv(VIEW_VARIABLE, "")  # jobs of other tests do not inherit it

    def get_log_handler_cls(self):
        return LogHandler

    def get_log_handler_settings(self):
        return None


def test_a_run_shows_its_state_and_no_blocks_of_snakemake(complete_run):
    output = (complete_run / "output.txt").read_text()
    assert re.search(r"^\d+ jobs for \d+ clips in \d+ shards, 2 at a time \(Sn", output, re.M)
    assert STATE.search(output)
    end = output.rstrip().rpartition("\n")[2]
    clips = re.fullmatch(
        r"Ended after .*: (\d+) kept, (\d+) rejected, (\d+) failed of (\d+) clips", end
    )
    kept, rejected, failed, listed = map(int, clips.groups())
    assert kept > 0
    assert kept + rejected + failed == listed
    for block in ("Missing output files", "wildcards:", "localrule", "Building DAG", "jobid"):
        assert block not in output
    log = min((complete_run / ".snakemake" / "log").iterdir())
    assert "Missing output files" in log.read_text()


def test_there_are_no_control_characters_in_a_terminal_either(tmp_path):
    folder = configure(tmp_path, {**SMALL, "curate": {"taau": 0.1}})
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command(folder, "--cores", "1", "all"),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert running.wait() != 0
    lines = shown.decode().split("\r\n")
    assert all(line.isprintable() for line in lines), lines
    assert lines[-5].startswith("Stopped: The configuration cannot be used:")
    assert "curate.taau: there is no such key; did you mean 'tau'?" in lines[-4]
    assert lines[-3] == "To go on:"
    assert lines[-2].startswith("  python -m snakemake --snakefile ")
