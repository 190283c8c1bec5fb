"""A quiet view of a run, in place of Snakemake's blocks of inputs and reasons.

Snakemake finds this package by its name; `logger: foa360` in a profile selects it. Snakemake's own
messages are in its log (`.snakemake/log`). A dry run, and any run with `--printshellcmds`,
`--verbose` or `--debug-dag`, shows them as ever.
"""

import logging
import os
import re
import shlex
import sys
import threading
import time
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

#: Messages without an event that say nothing to a person who waits for clips.
NOISE = re.compile(
    r"Using (workflow|profile|shell)|Config file .* is extended|Assuming unrestricted shared"
    r"|Building DAG|Provided |Rules claiming|Conda environments: ignored|Singularity containers"
    r"|Job stats|Select jobs|Execute \d+ jobs|Group jobs: inactive|Removing temporary output"
    r"|Storing output|Complete log|Elapsed time|Shutting down|Exiting because a job"
    r"|Terminating processes|\s*$|None$"
)
#: Lines of the message of an error that name a place in a rule file.
PLACE = re.compile(r'^(WorkflowError in file .*, line \d+:|  File ".*", line \d+, in .*)\n?', re.M)
#: Seconds between two lines, from these seconds of a run on.
PACE = ((600, 60), (60, 15), (0, 5))


class LogHandler(LogHandlerBase):
    """Prints the state of the run from time to time, and what failed at its end."""

    def __post_init__(self) -> None:
        """Choose the view."""
        settings = self.common_settings
        self.stream = sys.stdout if settings.stdout else sys.stderr
        self.full = None
        self.view: Any = None
        self.plan: Any = None
        self.problem = ""
        self.slots = 1
        self.last = 0.0
        self.ended = threading.Event()
        self.state = threading.Lock()
        if settings.dryrun or settings.verbose or settings.printshellcmds or settings.debug_dag:
            self.full = full_view(settings, self.stream)
        else:
            from foa360.core.jobs import VIEW_VARIABLE

            os.environ[VIEW_VARIABLE] = "run"  # jobs inherit it

    @property
    def writes_to_stream(self) -> bool:
        """Whether this takes the place of Snakemake's view."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Snakemake writes its log."""
        return False

    @property
    def has_filter(self) -> bool:
        """Nothing is filtered before `emit`."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Nothing is formatted before `emit`."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Counts of jobs are enough."""
        return False

    def emit(self, record: logging.LogRecord) -> None:
        """Take in an event, and show a message that is no event."""
        try:
            if self.full is None:
                with self.state:
                    self._take(record, vars(record))
            elif self.full.filter(record):
                self.full.emit(record)
        except Exception:  # as all handlers of the standard library do
            self.handleError(record)

    def close(self) -> None:
        """Print the last lines."""
        if not self.ended.is_set():
            self.ended.set()
            with self.state:
                self._end()
        super().close()

    def _take(self, record: logging.LogRecord, values: dict[str, Any]) -> None:
        event = values.get("event")
        if "foa360_plan" in values:
            self.plan = values["foa360_plan"]
        elif event is None:
            self._pass_on(record)
        elif event == LogEvent.ERROR:
            self._note_error(record.getMessage())
        elif event == LogEvent.RESOURCES_INFO:
            self.slots = values.get("cores") or values.get("nodes") or self.slots
        elif event == LogEvent.RUN_INFO:
            self._begin(values["stats"])
        elif self.view is not None:
            self._count(event, values)

    def _count(self, event: LogEvent, values: dict[str, Any]) -> None:
        """Count a job that begins, ends or fails."""
        now = time.monotonic()
        if event == LogEvent.JOB_INFO:
            log = values["log"][0] if values["log"] else None
            key = " ".join(str(value) for value in values["wildcards"].values())
            self.view.start(values["jobid"], values["rule_name"], key, log, now)
        elif event == LogEvent.JOB_FINISHED:
            self.view.finish(values["job_id"], now)
        elif event == LogEvent.JOB_ERROR:
            self._fail(values["jobid"], values["log"][1:])
        elif event == LogEvent.GROUP_ERROR:
            for info in values["job_error_info"]:
                self._fail(info["jobid"], values["aux_logs"])

    def _begin(self, jobs: dict[str, int]) -> None:
        if self.plan is None or self.view is not None:
            return
        from foa360.core.run_view import RunPlan, RunView

        self.last = time.monotonic()
        self.view = RunView(RunPlan(**self.plan), jobs, self.slots, self.last)
        self._say(f"{self.view.heading()}, {self.slots} at a time{snakemake_log()}")
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        """Print the state at the pace of the run."""
        while not self.ended.wait(1.0):
            with self.state:
                now = time.monotonic()
                since = now - self.view.begun
                pace = next(seconds for begin, seconds in PACE if since >= begin)
                if now - self.last >= pace:
                    self.last = now
                    self._say(self.view.line(now))

    def _fail(self, number: int, scheduler_logs: list[str]) -> None:
        text = self.view.fail(number, next(iter(scheduler_logs), None))
        if text is not None:
            self._say(text)

    def _note_error(self, message: str) -> None:
        """Keep the first error that is none of a job."""
        if message.startswith("Traceback "):  # all of it is in Snakemake's log
            message = message.strip().splitlines()[-1]
        self.problem = self.problem or PLACE.sub("", message).strip()

    def _pass_on(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not NOISE.match(message):
            self._say(message)

    def _end(self) -> None:
        from foa360.core.run_view import to_go_on

        command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
        if command.startswith("__main__.py"):
            command = command.replace("__main__.py", "python -m snakemake", 1)
        if self.view is not None and self.view.failures:
            lines = self.view.last_lines(command)
        elif self.problem:
            rest = to_go_on(command) if self.view else ["To go on:", f"  {command}"]
            lines = [f"Stopped: {self.problem}{snakemake_log()}", *rest]
        elif self.view is not None:
            lines = [self.view.end(time.monotonic())]
        else:
            lines = []
        for line in lines:
            self._say(line)

    def _say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


def full_view(settings: Any, stream: Any) -> logging.Handler:
    """Return the view that Snakemake has without a plugin."""
    from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter

    return ColorizingTextHandler(
        nocolor=settings.nocolor,
        stream=stream,
        formatter=DefaultFormatter(settings.quiet, settings.show_failed_logs),
        filter=DefaultFilter(
            settings.quiet,
            settings.debug_dag,
            settings.verbose,
            settings.dryrun,
            settings.printshellcmds,
        ),
    )


def snakemake_log() -> str:
    """Name the file with Snakemake's own messages."""
    for handler in logging.getLogger("snakemake.logging").handlers:
        if isinstance(handler, logging.FileHandler):
            return f" (Snakemake's log: {os.path.relpath(handler.baseFilename)})"
    return ""
