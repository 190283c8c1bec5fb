"""Accounting of a Slurm cluster: its own MariaDB, and `slurmdbd`, which `sacct` asks."""

import shutil
import subprocess
from pathlib import Path

from support.daemons import Daemons, free_ports, wait_for

#: Programs of Debian's packages `mariadb-server` and `slurmdbd`.
PROGRAMS = ("mariadbd", "mariadb-install-db", "slurmdbd", "sacctmgr", "sacct")
#: `slurmdbd` reads nothing else, and wants it unreadable for others.
CONFIGURATION = Path("/etc/slurm/slurmdbd.conf")
TEMPLATE = """\
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={socket}
LogFile={folder}/slurmdbd.log
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=root
StorageLoc=accounting
"""
#: Lines of `slurm.conf`.
CLUSTER_LINES = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStorageEnforce=associations
"""
#: An empty database, without passwords, that only this machine reaches.
DATABASE_OPTIONS = (
    "--user=root",
    "--skip-grant-tables",
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
)


def missing() -> str | None:
    """Return why there can be no accounting here, or None."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"no accounting of Slurm: {', '.join(absent)} not installed"
    return None


def start(daemons: Daemons, folder: Path, host: str, socket: Path) -> str:
    """Start the database and `slurmdbd`, return lines of `slurm.conf`."""
    database = folder / "database"
    files = ["--no-defaults", f"--datadir={database}"]
    subprocess.run(
        ["mariadb-install-db", *files, "--user=root", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    port, database_port = free_ports(2)
    daemons.start(
        "mariadbd",
        [
            "mariadbd",
            *files,
            *DATABASE_OPTIONS,
            f"--port={database_port}",
            f"--socket={folder}/database.socket",
        ],
    )
    wait_for((folder / "database.socket").exists, "the database")
    CONFIGURATION.write_text(
        TEMPLATE.format(
            host=host, port=port, socket=socket, folder=folder, database_port=database_port
        )
    )
    CONFIGURATION.chmod(0o600)
    daemons.start("slurmdbd", ["slurmdbd", "-D"])
    return CLUSTER_LINES.format(port=port)


def add_cluster(name: str) -> None:
    """Add the cluster, as its administrator does."""

    def added() -> bool:
        command = ["sacctmgr", "--immediate", "add", "cluster", name]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    wait_for(added, "slurmdbd")
