"""Digests of code and of values, so that a rule runs again when what it depends on has changed.

Snakemake sees changes in scripts but not in an imported package; a rule therefore carries the
digest of the package modules that it uses as a parameter.
"""

import ast
import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@cache
def _imports(module: str) -> tuple[Path, frozenset[str]]:
    """File of a module of this package, and the modules of this package that it imports."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    path = Path(spec.origin)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return path, frozenset(n for n in found if n.startswith("foa360.") and find_spec_or_none(n))


def find_spec_or_none(name: str) -> Any:
    """The module's spec, or None where the name is a function or class rather than a module."""
    try:
        return find_spec(name)
    except ModuleNotFoundError:
        return None


def code_version(*modules: str) -> str:
    """Digest of the source of the named `foa360` modules and of all that they import from it."""
    waiting, seen = list(modules), {}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name], more = _imports(name)
            waiting += more
    content = hashlib.sha256()
    for name in sorted(seen):
        content.update(name.encode() + b"\0" + seen[name].read_bytes())
    return content.hexdigest()[:16]


def value_digest(value: Any) -> str:
    """Digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
