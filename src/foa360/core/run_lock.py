"""A lock on the results of a workflow, for the life of the run that writes them.

There are two locks: `flock` on a file, which the operating system releases when the process ends
however it ends, and a record of host and process, which is all there is on a file system without
`flock`, and between machines where `flock` holds on one machine only.
"""

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from foa360.core.files import atomic, lock_file

#: Files in the folder of the results.
LOCK_NAME = ".run.lock"
HOLDER_NAME = ".run.json"
#: Errors of a file system that has no locks.
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
#: Position of the state and of the start time among the fields of /proc/PID/stat that follow the
#: name of the program (proc(5): fields 3 and 22).
STATE_FIELD = 0
START_FIELD = 19


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The process that holds or held a lock."""

    host: str
    pid: int
    #: Time at which the process began, as the system counts it: numbers are used again.
    process_start: str
    #: Local time at which the lock was taken.
    since: str

    @classmethod
    def this_process(cls) -> "Holder":
        """Describe this process."""
        return cls(
            host=socket.gethostname(),
            pid=os.getpid(),
            process_start=_process_start(os.getpid()) or "",
            since=datetime.now().astimezone().isoformat(timespec="seconds"),
        )

    def is_here(self) -> bool:
        """Return whether the process is or was on this machine."""
        return self.host == socket.gethostname()

    def is_alive(self) -> bool:
        """Return whether the process runs on this machine."""
        return self.is_here() and _process_start(self.pid) == self.process_start

    def __str__(self) -> str:
        """Name it for a person."""
        return f"process {self.pid} on {self.host}, since {self.since}"


class ResultsLockedError(OSError):
    """Another run writes the results, or a run on another machine may."""


@dataclass(frozen=True)
class RunLock:
    """A lock that this process holds."""

    record: Path
    #: The process that ended without releasing the lock, if any, and when it took it, s.
    predecessor: Holder | None
    predecessor_time: float
    flock: FileLock | None

    def release(self) -> None:
        """Let other runs write the results."""
        self.record.unlink(missing_ok=True)
        if self.flock is not None:
            self.flock.release()


def lock_results(folder: Path) -> RunLock:
    """Take the lock on a folder of results, also from a process of this machine that has ended.

    Raises ResultsLockedError if another process holds it, OSError if the folder is not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flock = _flock(folder)
    path = folder / HOLDER_NAME
    try:
        holder = read_holder(folder)
        if holder and not holder.is_here():
            raise ResultsLockedError(
                f"{folder} is in use by {holder}. If that run has ended, type"
                " snakemake --unlock, and start again"
            )
        if holder and holder.is_alive():
            raise _in_use(folder, holder)
        taken_at = path.stat().st_mtime if holder else 0.0
        with atomic(path) as temporary:
            temporary.write_text(json.dumps(asdict(Holder.this_process())), encoding="utf-8")
    except BaseException:
        if flock is not None:
            flock.release()
        raise
    # Snakemake leaves the working directory before the process ends.
    return RunLock(path.absolute(), holder, taken_at, flock)


@contextmanager
def locked_results(folder: Path) -> Iterator[None]:
    """Hold the lock on a folder of results in the block; nothing where there is no such folder.

    Raises ResultsLockedError if another process holds it.
    """
    if not folder.is_dir():
        yield
        return
    lock = lock_results(folder)
    try:
        yield
    finally:
        lock.release()


def forget_holder(folder: Path) -> None:
    """Unlock results by hand, whichever machine the record names.

    Raises ResultsLockedError if a process of this machine holds the lock.
    """
    holder = read_holder(folder)
    if holder is None:
        return
    flock = _flock(folder)
    try:
        if holder.is_alive():
            raise _in_use(folder, holder)
        (folder / HOLDER_NAME).unlink(missing_ok=True)
    finally:
        if flock is not None:
            flock.release()


def read_holder(folder: Path) -> Holder | None:
    """Return who holds or held the lock without releasing it; None if nobody."""
    try:
        return Holder(**json.loads((folder / HOLDER_NAME).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def _flock(folder: Path) -> FileLock | None:
    """Lock the file of a folder; None on a file system that has no locks."""
    lock = lock_file(folder / LOCK_NAME)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise _in_use(folder, read_holder(folder)) from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            return None
        raise
    return lock


def _in_use(folder: Path, holder: Holder | None) -> ResultsLockedError:
    by = str(holder) if holder else "another process"
    return ResultsLockedError(
        f"{folder} is in use by another run: {by}. Wait until it has ended, or stop it"
    )


def _process_start(pid: int) -> str | None:
    """Return when a process of this machine began; None if it does not run.

    Without /proc, only that it runs: an empty text.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
        return "" if _exists(pid) else None
    # The name of the program is in parentheses, and may contain any character.
    fields = text.rpartition(")")[2].split()
    return None if fields[STATE_FIELD] in "ZX" else f"{boot} {fields[START_FIELD]}"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
