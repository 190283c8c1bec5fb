"""Digests of code, files and values: parameters of rules, so that a change re-runs what it touches.

Snakemake does not see changes in an imported package. Each rule therefore has the digest of the
code that its stage reaches as a parameter. Comments, docstrings and layout do not count, nor does
the time stamp of any file.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import grimp

#: Modules that change no result: the version number, and the log and progress lines of jobs.
IGNORED_MODULES = frozenset({"foa360", "foa360.core.jobs"})
#: Hexadecimal digits of a digest.
DIGITS = 16


def code_version(module: str, script: Path | None = None) -> str:
    """Digest of the code that a module reaches by its imports, and of the script that calls it.

    Imports under `if TYPE_CHECKING:` do not count. Data files (weights, templates) in the folders
    of the modules do. No module is imported. Raises ModuleNotFoundError for a module that does not
    exist, FileNotFoundError for such a script.
    """
    content = hashlib.sha256()
    modules = reached(module)
    for name in sorted(modules):
        content.update(name.encode() + _file_digest(_source(name)))
    folders = {_source(name).parent for name in modules}
    for path in sorted(_data_files(folders)):
        content.update(path.name.encode() + _file_digest(path))
    if script is not None:
        content.update(_file_digest(script))
    return content.hexdigest()[:DIGITS]


def reached(module: str) -> set[str]:
    """Name the modules of the package whose code a module can run; it is one of them.

    Packages that merely contain an imported module do not count: only the public ones re-export,
    and none does anything else.
    """
    graph = _import_graph(module.partition(".")[0])
    if module not in graph.modules:
        raise ModuleNotFoundError(module)
    return ({module} | graph.find_upstream_modules(module)) - IGNORED_MODULES


def value_digest(value: Any) -> str:
    """Digest of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:DIGITS]


@cache
def _import_graph(package: str) -> grimp.ImportGraph:
    return grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)


@cache
def _source(module: str) -> Path:
    """File of a module; the module is not imported, but the packages around it are found."""
    package, *rest = module.split(".")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    path = Path(spec.origin).parent.joinpath(*rest)
    inside = path / "__init__.py"
    return inside if inside.is_file() else path.with_suffix(".py")


def _data_files(folders: set[Path]) -> Iterator[Path]:
    """Yield the files in folders, and in those below that hold no modules, which are no code."""
    for folder in folders:
        for path in folder.iterdir():
            if path.is_dir() and path.name != "__pycache__" and not any(path.rglob("*.py")):
                yield from _data_files({path})
            elif path.is_file() and path.suffix not in {".py", ".pyc"}:
                yield path


@cache
def _file_digest(path: Path) -> bytes:
    """Digest of a file; of Python code, only what runs."""
    content = path.read_bytes()
    if path.suffix == ".py":
        content = _what_runs(content).encode()
    return hashlib.sha256(content).digest()


def _what_runs(code: bytes) -> str:
    """Return the syntax tree of Python code as text, without strings that are statements.

    Fields without a value are left out, since they depend on the version of Python.
    """
    parts = []
    pending: list[Any] = [ast.parse(code)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.AST):
            fields = [(n, v) for n, v in ast.iter_fields(node) if v is not None and v != []]
            parts.append(" ".join([type(node).__name__, *(name for name, _ in fields)]))
            pending.extend(value for _, value in fields)
        elif isinstance(node, list):
            statements = [child for child in node if not _is_string_statement(child)]
            parts.append(str(len(statements)))
            pending.extend(statements)
        else:
            parts.append(repr(node))
    return "\n".join(parts)


def _is_string_statement(node: Any) -> bool:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return False
    return isinstance(node.value.value, str)
