"""Digests of code and of values, so that a rule runs again when what it depends on has changed.

Snakemake sees changes in scripts but not in an imported package; a rule therefore carries the
digest of the package modules that it uses as a parameter.
"""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def code_version(*modules: str) -> str:
    """Digest of the named `foa360` modules and of all that they import from this package.

    Other files in a package's folder (weights, templates) count as part of the package. Nothing
    is imported. Raises ModuleNotFoundError for a module that does not exist.
    """
    waiting, seen = list(modules), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        if _source(name) is None:
            raise ModuleNotFoundError(name)
        seen.add(name)
        waiting += _imports(name)
    content = hashlib.sha256()
    for name in sorted(seen):
        content.update(name.encode() + _content(name))
    return content.hexdigest()[:16]


def value_digest(value: Any) -> str:
    """Digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _source(module: str) -> Path | None:
    """File of a module of this package; None where the name is no module."""
    first, *rest = module.split(".")
    path = ROOT.joinpath(*rest)
    if first != ROOT.name:
        return None
    return next((p for p in (path / "__init__.py", path.with_suffix(".py")) if p.is_file()), None)


@cache
def _imports(module: str) -> frozenset[str]:
    """Modules of this package that a module imports, and the packages that hold it."""
    path = _source(module)
    assert path is not None
    found = {module.rpartition(".")[0]}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(name for name in found if _source(name))


@cache
def _content(module: str) -> bytes:
    """Digest of a module's file, and of the other data files of a package."""
    path = _source(module)
    assert path is not None
    files = [path]
    if path.name == "__init__.py" and path.parent != ROOT:
        files += sorted(
            p for p in path.parent.iterdir() if p.is_file() and p.suffix not in {".py", ".pyc"}
        )
    return hashlib.sha256(b"".join(f.name.encode() + f.read_bytes() for f in files)).digest()
