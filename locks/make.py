"""Write the locks of this folder: every package of the environment, with the hashes of its files.

    pip install uv && python locks/make.py

Versions are those of constraints.txt; hashes are those of the files that the package index offers
for Python 3.11 and later, on all systems. Run it after a change of constraints.txt or of the
dependencies in pyproject.toml.

    build.txt   what builds packages, installed first
    all.txt     all packages but PyTorch
    cpu.txt     PyTorch without CUDA, for Linux on x86-64
    torch.txt   PyTorch as the package index has it: with CUDA and its libraries on Linux
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
LOCKS = HOME / "locks"
OLDEST_PYTHON = "3.11"
#: The only package without wheels; `bootstrap.py` builds it with the locked setuptools.
SOURCE_ONLY = "connection-pool"
BUILD = "setuptools"
TORCH = re.compile(r"(torch=|nvidia-(?!ml-py)|cuda-|triton=)")
#: Hashes of the wheels of `torch` without CUDA for Linux on x86-64, by version and Python version.
#: The package index does not have them, but that of PyTorch, which its installation page names.
TORCH_CPU = {
    "2.13.0": {
        "3.11": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
        "3.12": "4ca4a9394b0c771238a4f73590fdbbc4debad85ed0fa63d026ae1b085da7d6e2",
        "3.13": "3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",
    }
}


def main() -> None:
    """Resolve all dependencies, and write the locks."""
    pins = resolved()
    torch = [pin for pin in pins if TORCH.match(pin)]
    files = {
        "build.txt": [pin for pin in pins if pin.startswith(f"{BUILD}==")],
        "all.txt": [pin for pin in pins if pin not in torch],
        "cpu.txt": [cpu_build(pin) for pin in torch if pin.startswith("torch==")],
        "torch.txt": torch,
    }
    for name, entries in files.items():
        text = f"# Made by `python locks/make.py`.\n{''.join(entries)}"
        (LOCKS / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(entries)} packages")


def resolved() -> list[str]:
    """Return an entry per package: name, version, marker and hashes, as pip reads them."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "all.txt")
        options = ["--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON]
        options += ["--only-binary", ":all:", "--no-binary", SOURCE_ONLY]
        options += ["--no-annotate", "--no-header", "--no-emit-index-url", "--quiet"]
        sources = ["pyproject.toml", "--extra", "test", "--constraint", "constraints.txt"]
        command = [sys.executable, "-m", "uv", "pip", "compile", *sources, *options]
        subprocess.run(
            [*command, "-o", str(output)], cwd=HOME, check=True, stdout=subprocess.DEVNULL
        )
        return re.findall(r"^\S+==.*\n(?: .*\n)*", output.read_text(encoding="utf-8"), re.MULTILINE)


def cpu_build(torch: str) -> str:
    """Return the entry of PyTorch's builds without CUDA from that of the others."""
    version = torch.split(maxsplit=1)[0].removeprefix("torch==")
    hashes = TORCH_CPU[version].values()
    return f"torch=={version}+cpu" + "".join(f" \\\n    --hash=sha256:{h}" for h in hashes) + "\n"


if __name__ == "__main__":
    main()
