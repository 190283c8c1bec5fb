"""Nodes of a cluster with Slurm that train together: a task on each, which `srun` starts.

The job of a training runs on the first of its nodes. There it starts its own command once on each
of them (`train_on_nodes`); what runs then knows its number (`node_number`), and finds the first
node (`join`).
"""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from foa360.core.job_ends import stated_reason
from foa360.core.jobs import note_stop

#: Environment variable of the tasks: port of the first node at which they meet.
PORT_VARIABLE = "FOA360_TRAINING_PORT"


def node_number() -> int | None:
    """Return the number of this task's node, 0 for the first one; None for what is no task."""
    return int(os.environ["SLURM_NODEID"]) if PORT_VARIABLE in os.environ else None


def log_of_node(log: Path, number: int) -> Path:
    """Return the log of a node: the first one writes that of the job, the others one beside it."""
    return log if number == 0 else log.with_suffix(f".node{number}{log.suffix}")


def train_on_nodes(command: Sequence[str], nodes: int, threads: int, log: Path) -> None:
    """Run a command on each node of this job, and wait until all have ended.

    The others are ended when one fails, for they would wait for it. Then the process exits, and the
    log of the job has the reasons that the nodes have noted.

    Parameters
    ----------
    command : sequence of str
        Program and arguments, which all nodes can read.
    nodes : int
        Number of nodes.
    threads : int
        CPU cores of each task.
    log : Path
        Log of the job.
    """
    if "SLURM_JOB_ID" not in os.environ:
        _stop(log, f"train.nodes = {nodes}: only a job of Slurm has several nodes")
    for number in range(nodes):  # of an earlier attempt
        log_of_node(log, number).unlink(missing_ok=True)
    # By default a step has the memory and the GPUs that the job has on each node.
    options = [
        f"--nodes={nodes}",
        f"--ntasks={nodes}",
        "--ntasks-per-node=1",
        f"--cpus-per-task={threads}",
        "--kill-on-bad-exit=1",
        "--mpi=none",
    ]
    environment = {**os.environ, PORT_VARIABLE: str(_free_port())}
    try:
        done = subprocess.run(["srun", *options, *command], env=environment, check=False)
    except OSError as error:
        _stop(log, f"srun cannot be started: {error.strerror}")
    if done.returncode == 0:
        return
    reasons = {number: stated_reason(log_of_node(log, number)) for number in range(nodes)}
    stated = [f"node {number}: {reason}" for number, reason in reasons.items() if reason]
    if not stated:
        sys.exit(done.returncode)  # that of Slurm is in its log
    _stop(log, "; ".join(stated))


def join() -> str:
    """Tell Lightning's environment where the tasks meet; return a line about it for the log."""
    number, name = os.environ["SLURM_NODEID"], os.environ["SLURMD_NODENAME"]
    # Where `srun` was called, and the port was chosen.
    address, port = os.environ["SLURM_LAUNCH_NODE_IPADDR"], os.environ[PORT_VARIABLE]
    os.environ.update(NODE_RANK=number, MASTER_ADDR=address, MASTER_PORT=port)
    return f"node {number}, {name}; all meet at {address}:{port}"


def _stop(log: Path, reason: str) -> NoReturn:
    note_stop(log, reason)
    sys.exit(f"stopped: {reason} (log: {log})")


def _free_port() -> int:
    """Return a port of this node that nothing uses."""
    with socket.socket() as one:
        one.bind(("", 0))
        return int(one.getsockname()[1])
