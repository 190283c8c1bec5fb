"""Set up foa360 in .venv/ beside this file, and run the demo or the tests.

    python3 bootstrap.py demo     set up, then `snakemake --cores all all` on the embedded demo
    python3 bootstrap.py test     set up, then style, types and all tests
    python3 bootstrap.py setup    set up only

Needs Python 3.11 or newer and nothing else. Every package is a wheel whose hash is in locks/, from
wherever pip gets it. What is set up already is not set up again.

PyTorch is a build without CUDA where pip finds one, as with PIP_EXTRA_INDEX_URL set to the address
of such builds that the installation page of PyTorch names; otherwise, on Linux, one with CUDA,
which takes 4 GB more.
"""

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
STAMP = VENV / "foa360-setup"
LOCKS = HOME / "locks"

PIP = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
#: All dependencies are in the locks, so that pip looks for none.
INSTALL = [*PIP, "install", "--no-deps", "--no-build-isolation", "--use-pep517"]
#: connection-pool has no wheel: the locked setuptools builds it.
LOCKED = ["--require-hashes", "--only-binary", ":all:", "--no-binary", "connection-pool"]

CHECKS = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["snakefmt", "--check", "workflow", "rules"],
    ["mypy"],
    ["mypy", "benchmarks"],
    ["lint-imports"],
    ["snakemake", "--lint"],
    ["pytest", "-n", "2", "--dist", "worksteal", "--durations", "10"],
]


def fingerprint() -> str:
    """Digest of everything that decides the content of the environment."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (HOME / "pyproject.toml", *sorted(LOCKS.glob("*.txt"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def set_up() -> None:
    """Make the environment, unless the one that is there was made from the same pins."""
    if STAMP.is_file() and STAMP.read_text() == fingerprint():
        return
    if any(map(str.isspace, str(PYTHON))):
        sys.exit(f"{HOME}: Snakemake cannot start jobs in a path with a space; move the checkout")
    begin = time.monotonic()
    print(f"Setting up {VENV} (once; 2 to 4 minutes; 3 GB, or 7 GB with CUDA)", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(VENV)], capture_output=True)
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"Python cannot make a virtual environment here:\n{error.stdout.decode().strip()}\n"
            "On Debian and Ubuntu: apt install python3-venv"
        )
    for lock in ("build.txt", "all.txt"):
        install_locked(lock)
    install_torch()
    run([*INSTALL, "--editable", "."])
    run([*PIP, "check"])
    STAMP.write_text(fingerprint())
    print(f"Set up in {time.monotonic() - begin:.0f} s", flush=True)


def install_locked(lock: str, **options: object) -> None:
    """Install the packages of a lock; pip refuses files with other hashes."""
    run([*INSTALL, *LOCKED, "--requirement", str(LOCKS / lock)], **options)


def install_torch() -> None:
    """Install PyTorch without CUDA if a package index of pip offers it, or as it is offered."""
    try:
        install_locked("cpu.txt", capture_output=True)
    except subprocess.CalledProcessError as error:
        if b"No matching distribution" not in error.stderr:
            sys.exit(error.stderr.decode())
        install_locked("torch.txt")


def run(command: list[str], **options: object) -> None:
    """Run a command in the checkout, with the environment's programs first on the path."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(command, cwd=HOME, env={**os.environ, "PATH": path}, check=True, **options)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["demo", "test", "setup"])
    parser.add_argument("arguments", nargs="*", help="passed on to snakemake or pytest")
    chosen, more = parser.parse_known_args()
    more = [*chosen.arguments, *more]
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs before any check of versions)
        sys.exit(f"foa360 needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    # An interrupt reaches the running program as well; we wait for its orderly end.
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        set_up()
        if chosen.what == "demo":
            # The target comes first: `--configfile` takes every name that follows it.
            run([str(BIN / "snakemake"), "all", "--cores", "all", *more])
        elif chosen.what == "test":
            for name, *arguments in CHECKS:
                print(f"==> {name}", flush=True)
                run([str(BIN / name), *arguments, *(more if name == "pytest" else [])])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main()
