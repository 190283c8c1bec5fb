"""The command `foa360`, which says in a sentence what is not installed."""

import sys

#: Modules of the packages that are always installed (`dependencies` in pyproject.toml).
ALWAYS = frozenset(
    {
        "array_api_compat",
        "av",
        "cv2",
        "filelock",
        "h5py",
        "numpy",
        "pandas",
        "pyarrow",
        "pydantic",
        "scipy",
        "threadpoolctl",
        "yaml",
    }
)


def main() -> int:
    """Run the command line; a missing package ends it with a sentence."""
    try:
        from foa360.commands.main import main as run

        return run()
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module in {"", "foa360"}:
            raise
        sys.exit(f"foa360: the Python module {module} is not installed; {way_out(module)}")


def way_out(module: str) -> str:
    """Say how to install a module."""
    extra = "" if module in ALWAYS else "[data]" if module == "torch" else "[workflow]"
    return f"`pip install 'foa360{extra}'`, or `python3 bootstrap.py setup` in a checkout"
