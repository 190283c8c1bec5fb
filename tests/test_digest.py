"""Digests of code: a rule runs again when what it uses has changed, and only then."""

import hashlib

import pytest

from foa360.core import digest


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package that lies elsewhere."""
    root = tmp_path / "foa360"
    files = {
        "__init__.py": "",
        "low.py": "X = 1\n",
        "middle.py": "def f():\n    from foa360.low import X\n    return X\n",
        "other.py": "import os\n",
        "stage/__init__.py": "from foa360.stage.work import run\n",
        "stage/work.py": "from foa360 import middle\nrun = middle.f\n",
        "stage/page.html": "<p>",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(digest, "ROOT", root)
    clear()
    yield root
    clear()


def clear():
    digest._imports.cache_clear()
    digest._content.cache_clear()


def version(*modules):
    clear()
    return digest.code_version(*modules)


@pytest.mark.parametrize(
    ("changed", "follows"),
    [
        ("low.py", True), ("middle.py", True), ("stage/work.py", True), ("stage/page.html", True),
        ("__init__.py", True), ("other.py", False), ("stage/__pycache__/x.pyc", False),
    ],
)  # fmt: skip
def test_what_a_stage_imports_counts_and_nothing_else(package, changed, follows):
    before = version("foa360.stage")
    (package / changed).parent.mkdir(exist_ok=True)
    with (package / changed).open("a") as file:
        file.write("# changed\n")
    assert (version("foa360.stage") != before) == follows


def test_a_new_data_file_of_a_package_counts(package):
    before = version("foa360.stage")
    (package / "stage" / "weights.pt").write_bytes(b"x")
    assert version("foa360.stage") != before


def test_order_and_repetition_do_not_matter(package):
    one = version("foa360.stage", "foa360.other")
    assert version("foa360.other", "foa360.stage", "foa360.other") == one
    assert version("foa360.other") != one


def test_imports_that_go_round_come_to_an_end(package):
    (package / "low.py").write_text("import foa360.middle\n")
    assert version("foa360.low")


@pytest.mark.parametrize("name", ["foa360.absent", "numpy", "foa360.stage.absent"])
def test_a_module_that_does_not_exist_is_an_error(package, name):
    with pytest.raises(ModuleNotFoundError, match=name):
        version(name)


def test_nothing_is_imported(package):
    (package / "low.py").write_text("raise SystemExit\n")
    assert version("foa360.stage")


def test_real_stages_depend_on_what_they_use():
    assert digest._source("foa360.stages.curate.stage") is not None
    assert "foa360.core.reasons" in digest._imports("foa360.stages.curate.stage")
    assert digest.code_version("foa360.stages.curate.stage") != digest.code_version(
        "foa360.stages.fetch.stage"
    )


def test_values_have_one_digest_whatever_the_order_of_keys():
    assert digest.value_digest({"a": 1, "b": [2]}) == digest.value_digest({"b": [2], "a": 1})
    assert digest.value_digest({"a": 1}) != digest.value_digest({"a": 1.5})
    assert digest.value_digest("x") == hashlib.sha256(b'"x"').hexdigest()[:16]
