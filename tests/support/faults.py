"""Faults of a run: kills in a stage that is named, limits of the disk, errors of reading."""

import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from support.runs import RUN_LIMIT_S, SNAKEMAKE, command

from foa360.demo.audio import sound_field
from foa360.demo.encode import DEMO_FPS, write_media
from foa360.demo.scenes import random_scene

#: Kills of a stage, of which one must land before its job is done.
MAX_KILLS = 12
SECONDS = 2.0
#: A run of two short recordings, a shard each.
LOCAL = {
    "sources": [{"kind": "folder", "path": "media"}],
    "clip": {"duration": SECONDS},
    "shard": {"clips": 1},
    "detect": {"image_size": 160},
    "features": {"video_width": 64, "n_mels": 16, "store": ["video", "covariance"]},
}
#: Rules of such a run, in the order in which a shard goes through them.
LOCAL_RULES = {
    "fetch": "fetch_shard",
    "measure": "measure_shard",
    "detect": "detect_shard",
    "track": "track_objects",
    "viewpoints": "choose_viewpoints",
    "features": "write_features",
}
#: Folder of a stage's results, where it has another name.
OUTPUTS = {
    "measure": "measures",
    "detect": "boxes",
    "track": "objects",
    "train": "models",
    "evaluate": "evaluation",
}
#: Shim whose functions fail with EIO for the file that the environment names.
EIO_SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int bad(int fd) {
    char link[64], path[PATH_MAX];
    const char *end = getenv("EIO_FILE");
    if (!end) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    size_t m = strlen(end);
    return (size_t)n >= m && !strcmp(path + n - m, end) && lseek(fd, 0, SEEK_CUR) >= 4096;
}
ssize_t read(int fd, void *data, size_t size) {
    static ssize_t (*next)(int, void *, size_t);
    if (!next) next = dlsym(RTLD_NEXT, "read");
    if (bad(fd)) { errno = EIO; return -1; }
    return next(fd, data, size);
}
"""


def write_recordings(folder: Path) -> None:
    """Write the media of a run."""
    for name in ("one", "two"):
        scene = random_scene(name, SECONDS, ["bell", "dog"])
        frames = (scene.frame(n / DEMO_FPS, 256, 128) for n in range(int(SECONDS * DEMO_FPS)))
        audio = sound_field(scene).astype(np.float32)
        write_media(folder / "media" / f"{name}.mp4", frames, audio, video="h264")


class Run:
    """A run of the workflow that goes on, in a process group of its own."""

    def __init__(self, folder: Path, *arguments: str, program: Sequence[str] = SNAKEMAKE) -> None:
        """Start it."""
        self._log = folder / "output.txt"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command(folder, *arguments, program=program),
                cwd=folder,
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._begin_ns = time.time_ns()
        self._folder = folder

    @property
    def output(self) -> str:
        """Standard output and errors so far."""
        return self._log.read_text()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; fail if the run ends before."""
        deadline = time.monotonic() + RUN_LIMIT_S
        while True:
            # In this order: what came about at the end of the run counts.
            is_running = self.is_running()
            if condition():
                return
            assert is_running, self.output[-3000:]
            assert time.monotonic() < deadline, self.output[-3000:]
            time.sleep(0.005)

    def active(self) -> set[str]:
        """Rules whose jobs have begun and not ended, as Snakemake's log has them."""
        logs = sorted((self._folder / ".snakemake" / "log").glob("*.log"))
        log = logs[-1].read_text() if logs else ""
        jobs = re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", log, re.MULTILINE)
        ended = set(re.findall(r"^Finished jobid: (\d+)", log, re.MULTILINE))
        active = set()
        for rule, details in jobs:
            number = re.search(r"^    jobid: (\d+)", details, re.MULTILINE)
            if number and number.group(1) not in ended:
                active.add(rule)
        return active

    def has_begun(self, stage: str) -> bool:
        """Return whether the script of a job of a stage has begun its work in this run."""
        logs = self._folder / "results" / "logs"
        found = [*logs.glob(f"{stage}/**/*.log"), *logs.glob(f"{stage}.log")]
        return any(path.stat().st_mtime_ns >= self._begin_ns for path in found if path.exists())

    def kill_in(self, stage: str, rule: str, delay_s: float) -> bool:
        """Kill all processes while a job of a stage works; return whether it still did then."""
        self.wait_for(lambda: self.has_begun(stage))
        time.sleep(delay_s)
        landed = rule in self.active() and self._process.poll() is None
        self.kill()
        return landed

    def is_running(self) -> bool:
        """Return whether the run goes on."""
        return self._process.poll() is None

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Suspend all processes, which keep what they hold, such as locks."""
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._process.pid, signal.SIGCONT)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to all processes, and wait until they have ended."""
        os.killpg(self._process.pid, number)
        self.end()

    def stop(self) -> None:
        """Kill all processes, if there are any left."""
        if self.is_running():
            self.kill()

    def end(self) -> int:
        """Wait until the run has ended, and return its exit status."""
        return self._process.wait(RUN_LIMIT_S)


def killed_in(folder: Path, stage: str, rule: str, target: str, delay_s: float) -> Run:
    """Start a run and kill it in a stage; earlier in the stage if the job was too fast."""
    for attempt in range(MAX_KILLS):
        run = Run(folder, "--cores", "1", target)
        if run.kill_in(stage, rule, delay_s / 2**attempt):
            return run
        for path in (folder / "results").rglob("*"):
            # The job was done: once more.
            if path.is_file() and {stage, OUTPUTS.get(stage, "")} & set(path.parts):
                path.unlink()
    raise AssertionError(f"no kill landed in {stage}")


def limited(command_line: Sequence[str], folder: Path, max_file_bytes: int) -> tuple[int, str]:
    """Run a command whose files cannot be larger, as on a full disk; return status and output."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))

    done = subprocess.run(
        command_line,
        cwd=folder,
        preexec_fn=limit,
        timeout=RUN_LIMIT_S,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout


def build_eio_shim(folder: Path) -> Path | None:
    """Compile the shim; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source, library = folder / "eio.c", folder / "eio.so"
    source.write_text(EIO_SHIM)
    options = ["-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    done = subprocess.run([compiler, *options], capture_output=True, check=False)
    return library if done.returncode == 0 else None
