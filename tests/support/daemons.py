"""Daemons that a test starts, and stops by their process ids."""

import random
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

#: Longest wait for what takes seconds on an idle machine, s.
WAIT_LIMIT_S = 900.0
#: Ports of daemons, from below those that the system gives to other programs at any time.
PORTS = range(20_000, 30_000)


class Daemons:
    """Running programs by name. They also end if this process does."""

    def __init__(self, folder: Path) -> None:
        """Their output goes to files of a folder."""
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], user: str | None = None) -> None:
        """Start a program that stays in the foreground."""
        with (self._folder / f"{name}.out").open("ab") as output:
            self._running[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdout=output,
                stderr=output,
                user=user,
                start_new_session=True,
            )

    def has_ended(self, name: str) -> bool:
        """Return whether a program has ended by itself."""
        return self._running[name].poll() is not None

    def kill(self, name: str) -> None:
        """End a program without notice."""
        daemon = self._running.pop(name)
        daemon.kill()
        daemon.wait()

    def stop(self) -> None:
        """End all programs, the last one first."""
        while self._running:
            _, daemon = self._running.popitem()
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def output(self, name: str) -> str:
        """Return the end of what a program has printed."""
        return (self._folder / f"{name}.out").read_text(errors="replace")[-3000:]


def wait_for(ready: Callable[[], bool], what: str, limit_s: float = WAIT_LIMIT_S) -> None:
    """Wait until something is so; fail after a time."""
    end = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit_s:.0f} s for {what}")
        time.sleep(0.2)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nothing uses, others at each call."""
    found: list[int] = []
    candidates = random.SystemRandom().sample(PORTS, len(PORTS))
    with ExitStack() as stack:
        while len(found) < count:
            one = stack.enter_context(socket.socket())
            port = candidates.pop()
            with suppress(OSError):
                one.bind(("127.0.0.1", port))
                found.append(port)
    return found
