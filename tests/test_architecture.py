"""The house rules that a machine can check."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "foa360"

LEVELS = [
    {"config", "config_presets", "config_sources", "config_check"}
    | {"tables", "reasons", "files", "jobs", "digest"},
    {"ambisonics", "sphere", "measures", "evidence", "convention", "agreement", "mel"}
    | {"features", "simulation"},
    {"media", "data", "models", "losses", "metrics"},
    {"plan", "sources", "curate", "detect", "shards", "train", "evaluate", "demo"},
    {"commands", "report"},
    {"cli"},
]
#: Uses of a higher or the same level that are meant, with the reason.
ALLOWED = {
    ("config", "mel"): "an empty mel filter is a configuration error",
    ("data", "shards"): "training reads what the stage has written",
    ("demo", "detect"): "the demo's detector is trained and measured with the real one",
}


def imports(path: Path) -> set[str]:
    """First-level names of this package that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= (
                {f"foa360.{alias.name}" for alias in node.names}
                if node.module == "foa360"
                else {node.module}
            )
    return {name.split(".")[1] for name in names if name.startswith("foa360.")}


def parts() -> dict[str, list[Path]]:
    """Files of each module or sub-package."""
    return {
        p.stem: sorted(p.rglob("*.py")) if p.is_dir() else [p]
        for p in sorted(PACKAGE.iterdir())
        if (p.is_dir() and (p / "__init__.py").exists())
        or (p.suffix == ".py" and p.stem != "__init__")
    }


def level(name: str) -> int:
    return next(i for i, names in enumerate(LEVELS) if name in names)


@pytest.mark.parametrize("name", parts())
def test_imports_point_downwards(name: str) -> None:
    assert any(name in names for names in LEVELS), f"{name} has no place in docs/architecture.md"
    for file in parts()[name]:
        for other in imports(file) - {name, "__version__"}:
            if (name, other) not in ALLOWED:
                assert level(other) <= level(name), f"{file.name} of {name} imports {other}"


def test_the_package_knows_nothing_of_snakemake() -> None:
    for file in PACKAGE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        modules = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not any(m.split(".")[0] == "snakemake" for m in modules), file


def test_files_stay_small() -> None:
    for file in [*PACKAGE.rglob("*.py"), *(ROOT / "scripts").glob("*.py")]:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 320, file


def test_every_rule_has_a_script_of_its_own_and_a_log() -> None:
    scripts = set()
    for rules in (ROOT / "rules").glob("*.smk"):
        text = rules.read_text(encoding="utf-8")
        for block in text.split("\nrule ")[1:]:
            assert "log:" in block
            assert "code_version(" in block, "a changed package must re-run the rule"
            scripts.add(block.split('script:\n        "../')[1].split('"')[0])
    assert scripts == {f"scripts/{p.name}" for p in (ROOT / "scripts").glob("*.py")}
