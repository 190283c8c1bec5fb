"""A lock on results, of processes that live, have ended, or are on another machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from foa360.core import run_lock
from foa360.core.run_lock import (
    HOLDER_NAME,
    Holder,
    ResultsLockedError,
    forget_holder,
    lock_results,
    locked_results,
    read_holder,
)

#: A program that takes the lock on a folder, says so, and waits until its input is closed.
HOLD = (
    "import sys; from pathlib import Path; from foa360.core.run_lock import lock_results;"
    "lock = lock_results(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


def hold(folder: Path) -> subprocess.Popen[str]:
    """Start the program."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [sys.executable, "-c", HOLD, str(folder)]
    return subprocess.Popen(command, env=environment, text=True, **pipes)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what a loaded machine takes minutes for at most."""
    deadline = time.monotonic() + 600
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.fixture
def holder(tmp_path):
    """Process that holds the lock."""
    process = hold(tmp_path)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def write_holder(folder: Path, **changes) -> None:
    holder = replace(Holder.this_process(), **changes)
    (folder / HOLDER_NAME).write_text(json.dumps(asdict(holder)))


def test_a_lock_that_is_released_leaves_no_record(tmp_path):
    lock = lock_results(tmp_path / "results")
    assert read_holder(tmp_path / "results").pid == os.getpid()
    assert lock.predecessor is None
    lock.release()
    assert read_holder(tmp_path / "results") is None
    lock_results(tmp_path / "results").release()


def test_a_lock_is_released_from_any_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lock = lock_results(Path("results"))
    monkeypatch.chdir("/")
    lock.release()
    assert read_holder(tmp_path / "results") is None


def test_a_living_process_keeps_its_lock_and_is_named(tmp_path, holder):
    before = (tmp_path / HOLDER_NAME).read_bytes()
    with pytest.raises(ResultsLockedError, match=f"process {holder.pid} on "):
        lock_results(tmp_path)
    with pytest.raises(ResultsLockedError), locked_results(tmp_path):
        pass
    with pytest.raises(ResultsLockedError):
        forget_holder(tmp_path)
    assert (tmp_path / HOLDER_NAME).read_bytes() == before


def test_the_lock_of_a_process_that_was_killed_is_taken_over(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    # Nobody has waited for it yet: it is a zombie at first, which holds nothing.
    wait_until(lambda: not read_holder(tmp_path).is_alive())
    lock = lock_results(tmp_path)
    assert lock.predecessor.pid == holder.pid
    lock.release()


def test_only_one_of_many_simultaneous_starts_gets_the_lock(tmp_path):
    starts = [hold(tmp_path) for _ in range(6)]
    # The one that has the lock keeps it until all others have tried.
    wait_until(lambda: sum(start.poll() is None for start in starts) <= 1)
    ends = [start.communicate() for start in starts]
    assert sorted(start.returncode for start in starts) == [0, 1, 1, 1, 1, 1]
    assert sum("held" in out for out, _ in ends) == 1
    assert sum("ResultsLockedError" in error for _, error in ends) == 5


def test_a_process_of_another_machine_keeps_its_lock_until_it_is_unlocked_by_hand(tmp_path):
    write_holder(tmp_path, host="elsewhere")
    with pytest.raises(ResultsLockedError, match=r"on elsewhere, .*snakemake --unlock"):
        lock_results(tmp_path)
    forget_holder(tmp_path)
    lock_results(tmp_path).release()


@pytest.mark.parametrize("changes", [{"process_start": "another boot 1"}, {"pid": 2**22 + 1}])
def test_a_number_that_another_process_has_now_holds_nothing(tmp_path, changes):
    write_holder(tmp_path, **changes)
    lock = lock_results(tmp_path)
    assert lock.predecessor is not None
    lock.release()


def test_without_flock_the_record_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(run_lock, "_flock", lambda folder: None)
    write_holder(tmp_path)
    with pytest.raises(ResultsLockedError):
        lock_results(tmp_path)
    write_holder(tmp_path, process_start="another boot 1")
    lock_results(tmp_path).release()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "here"}'])
def test_a_damaged_record_locks_nothing(tmp_path, text):
    (tmp_path / HOLDER_NAME).write_text(text)
    lock_results(tmp_path).release()


def test_results_that_do_not_exist_need_no_lock(tmp_path):
    with locked_results(tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()
