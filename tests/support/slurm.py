"""A real Slurm on this machine: a controller and two emulated nodes, which tests start and stop."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple, Self

from filelock import FileLock
from support import slurm_accounting
from support.daemons import Daemons, free_ports, wait_for
from support.runs import ROOT, RUN_LIMIT_S

#: Options of a submission, to which jobs are short.
PROFILE = [
    "--workflow-profile",
    str(ROOT / "workflow" / "profiles" / "slurm"),
    "--seconds-between-status-checks",
    "2",
    "--slurm-init-seconds-before-status-checks",
    "2",
]
#: Asks for the states of jobs every 2 s. Snakemake would wait 10 s longer each time that no job has
#: ended.
PROGRAM = (
    sys.executable,
    "-c",
    "import sys; from snakemake.cli import main;"
    "from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor;"
    "RemoteExecutor.next_seconds_between_status_checks = property(lambda _: 2, lambda *_: None);"
    "sys.exit(main())",
)
WITHOUT_ACCOUNTING = [*PROFILE, "--slurm-no-account", "--slurm-status-command", "squeue"]

#: Programs of Debian's packages `slurm-wlm` and `munge`, and of `util-linux`.
PROGRAMS = ("munged", "slurmctld", "slurmd", "sinfo", "squeue", "scontrol", "scancel", "setpriv")
#: `srun` in a job looks here, whatever the environment says.
CONFIGURATION = Path("/etc/slurm/slurm.conf")
#: One cluster at a time is on a machine. Other tests, of other workers too, wait for their turn.
TURN = Path(tempfile.gettempdir(), "foa360-slurm.lock")
TURN_LIMIT_S = 2 * RUN_LIMIT_S
SOCKET = Path("/run/munge/munge.socket.2")
#: First line of the configuration of a test, by which a file that a killed one left is known.
MARK = "# Of a test of foa360; safe to delete when none runs."
CLUSTER = "foa360"
TEMPLATE = """\
{mark}
ClusterName={cluster}
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={socket}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmctldPort={ports[0]}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=2
JobAcctGatherParams=OverMemoryKill
{accounting}JobCompType=jobcomp/none
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
SlurmdTimeout=900
InactiveLimit=0
KillWait=5
OverTimeLimit=0
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 RealMemory={memory}
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 RealMemory={memory}
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""
NODES = ("n1", "n2")
#: Memory that each node says it has, MB.
NODE_MB = 8000


class Job(NamedTuple):
    """A job of the queue."""

    job_id: str
    state: str
    node: str


def missing() -> str | None:
    """Return why Slurm cannot run here, or None."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"Slurm's programs are not installed: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "the daemons of Slurm are started as root"
    with suppress(FileNotFoundError):
        if not CONFIGURATION.read_text().startswith(MARK):
            return f"{CONFIGURATION} belongs to another cluster"
    return None


class Cluster:
    """A cluster while a test runs; a context manager that starts and stops its daemons."""

    def __init__(self, folder: Path, accounting: bool) -> None:
        """Use a folder that does not exist yet, with or without a database of jobs."""
        self.folder = folder
        self._accounting = accounting
        self._stack = ExitStack()
        self._daemons = Daemons(folder)
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        """Wait for this test's turn, start all daemons, wait for two idle nodes."""
        try:
            self._stack.enter_context(FileLock(TURN, timeout=TURN_LIMIT_S))
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all daemons and jobs, remove the configuration, let the next test have its turn."""
        self._stack.close()

    def start_node(self, name: str) -> None:
        """Start the daemon of a node, without what an earlier one has left (`-c`).

        A socket of a killed job would make the node refuse the job, as its duplicate, for minutes.
        """
        self._daemons.start(name, ["slurmd", "-D", "-c", "-N", name])

    def kill_node(self, name: str) -> None:
        """End the daemon of a node and all its jobs, as a loss of power does.

        The controller would notice after `SlurmdTimeout`, which is long here, since on a loaded
        machine a node may be late to answer; then it puts the jobs back into the queue, with a
        pause of two minutes. Both waits are spared.
        """
        lost = [job.job_id for job in self.jobs() if job.node == name]
        self._daemons.kill(name)
        _kill_jobs(name)
        _output("scontrol", "update", f"nodename={name}", "state=down", "reason=lost")
        for job_id in lost:
            wait_for(lambda job_id=job_id: self._state(job_id) != "RUNNING", f"job {job_id} lost")
            _output("scontrol", "update", f"jobid={job_id}", "StartTime=now")

    def hang(self, job: Job) -> bool:
        """Stop the processes of a job, as a file system that does not answer does.

        Return whether there were any: the job may have ended.
        """
        found = _processes(f"SLURM_JOB_ID={job.job_id}").jobs
        _signal(found, signal.SIGSTOP)
        return bool(found)

    def cancel(self, job: Job) -> None:
        """Cancel a job, as its user does."""
        subprocess.run(["scancel", job.job_id], check=True)

    def jobs(self) -> list[Job]:
        """Return the jobs of the queue."""
        lines = _output("squeue", "-h", "-o", "%i|%T|%N").splitlines()
        return [Job(*line.split("|")) for line in lines]

    def command(self, job: Job) -> str:
        """Return the command of a job, which names what Snakemake wants of it."""
        return _output("scontrol", "write", "batch_script", job.job_id, "-")

    def _state(self, job_id: str) -> str | None:
        return next((job.state for job in self.jobs() if job.job_id == job_id), None)

    def log(self) -> str:
        """Return the end of the log of the controller, for messages."""
        return (self.folder / "slurmctld.log").read_text()[-3000:]

    def _start(self) -> None:
        (self.folder / "state").mkdir(parents=True)
        self._stack.callback(CONFIGURATION.unlink, missing_ok=True)
        self._stack.callback(slurm_accounting.CONFIGURATION.unlink, missing_ok=True)
        self._stack.callback(_kill_all_jobs)
        self._stack.callback(self._daemons.stop)
        if not _munge_answers():
            SOCKET.parent.mkdir(parents=True, exist_ok=True)
            shutil.chown(SOCKET.parent, "munge", "munge")
            self._daemons.start("munged", ["munged", "--foreground", "--force"], user="munge")
            wait_for(_munge_answers, "munged")
        host = socket.gethostname().partition(".")[0]
        CONFIGURATION.parent.mkdir(exist_ok=True)
        accounting = "AccountingStorageType=accounting_storage/none\n"
        if self._accounting:
            accounting = slurm_accounting.start(self._daemons, self.folder, host, SOCKET)
        text = TEMPLATE.format(
            mark=MARK,
            cluster=CLUSTER,
            host=host,
            socket=SOCKET,
            folder=self.folder,
            ports=free_ports(3),
            memory=NODE_MB,
            accounting=accounting,
        )
        CONFIGURATION.write_text(text)
        if self._accounting:
            slurm_accounting.add_cluster(CLUSTER)
        self._daemons.start("slurmctld", ["slurmctld", "-D", "-c"])
        for node in NODES:
            self.start_node(node)
        wait_for(lambda: _states() == ["idle", "idle"], "two idle nodes")
        watch = threading.Thread(target=self._keep_controller, daemon=True)
        watch.start()
        self._stack.callback(watch.join)
        self._stack.callback(self._stopped.set)

    def _keep_controller(self) -> None:
        """Start the controller again where it ends, as a service manager does.

        That of Slurm 22.05 crashed once when a lost node came back (null pointer in `srvcn`).
        """
        while not self._stopped.wait(0.5):
            if self._daemons.has_ended("slurmctld"):
                self._daemons.start("slurmctld", ["slurmctld", "-D"])


def _munge_answers() -> bool:
    done = subprocess.run(["munge", "-n"], capture_output=True, check=False)
    return done.returncode == 0


def _states() -> list[str]:
    return _output("sinfo", "-h", "-N", "-o", "%T").split()


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout


class Processes(NamedTuple):
    """Processes of jobs."""

    watchers: list[int]  # daemons that watch over them
    jobs: list[int]


def _kill_all_jobs() -> None:
    for node in NODES:
        _kill_jobs(node)


def _kill_jobs(node: str) -> None:
    found = _processes(f"SLURMD_NODENAME={node}")
    _signal(found.watchers + found.jobs, signal.SIGKILL)


def _signal(processes: list[int], number: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _processes(variable: str) -> Processes:
    """Return the processes whose environment has a variable."""
    found = Processes([], [])
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if (Path("/proc") / str(parent) / "comm").read_text().startswith("slurmstepd"):
                found.watchers.append(parent)
        except OSError:
            continue
        found.jobs.append(int(folder.name))
    return found
