"""Digests of code: a rule runs again when the code that it runs has changed, and only then."""

import hashlib

import pytest

from foa360.core import digest

FILES = {
    "__init__.py": "",
    "low.py": "X = 1\n",
    "middle.py": 'def f():\n    """Say."""\n    from tiny.low import X\n    return X\n',
    "other.py": "import os\n",
    "typed.py": "class Type:\n    pass\n",
    "public/__init__.py": "from tiny.public.member import g\n",
    "public/member.py": "g = 1\n",
    "public/unused.py": "h = 1\n",
    "stage/__init__.py": "",
    "stage/stage.py": (
        "from typing import TYPE_CHECKING\n"
        "from tiny import middle\n"
        "from tiny.public.member import g\n"
        "if TYPE_CHECKING:\n    from tiny.typed import Type\n"
        "run = middle.f\n"
    ),
    "stage/page.html": "<p>",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Put a small package on the path."""
    root = tmp_path / "tiny"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    yield root
    forget()


def forget():
    """Make the next digest read all files again."""
    for function in (digest._import_graph, digest._source, digest._file_digest):
        function.cache_clear()


def version(module="tiny.stage.stage", script=None):
    forget()
    return digest.code_version(module, script)


@pytest.mark.parametrize(
    ("changed", "follows"),
    [
        ("low.py", True),
        ("middle.py", True),
        ("stage/stage.py", True),
        ("public/member.py", True),
        ("public/__init__.py", False),
        ("public/unused.py", False),
        ("typed.py", False),
        ("other.py", False),
    ],
)
def test_the_code_that_a_stage_reaches_counts_and_nothing_else(package, changed, follows):
    before = version()
    with (package / changed).open("a") as file:
        file.write("Y = 2\n")
    assert (version() != before) == follows


def test_a_public_package_reaches_what_it_re_exports(package):
    (package / "stage" / "stage.py").write_text("from tiny.public import g\n")
    before = version()
    (package / "public" / "unused.py").write_text("h = 2\n")
    assert version() == before
    (package / "public" / "member.py").write_text("g = 2\n")
    assert version() != before


@pytest.mark.parametrize(
    "text",
    [
        '# new\ndef f():\n    """Say."""\n    from tiny.low import X\n    return X\n',
        "def f():\n    from tiny.low import X\n    return X\n",
        'def f():\n    """Other words."""\n\n    from tiny.low import X  # why\n\n    return X\n',
        '"""New."""\n\n\ndef f():\n    from tiny.low import X\n\n    return (\n        X\n    )\n',
    ],
)
def test_comments_docstrings_and_layout_do_not_count(package, text):
    before = version()
    (package / "middle.py").write_text(text)
    assert version() == before


def test_a_string_that_is_used_counts(package):
    (package / "low.py").write_text("X = 'a'\n")
    before = version()
    (package / "low.py").write_text("X = 'b'\n")
    assert version() != before


@pytest.mark.parametrize("changed", ["stage/page.html", "stage/weights.pt"])
def test_data_files_beside_the_code_count(package, changed):
    before = version()
    (package / changed).write_bytes(b"new")
    assert version() != before


def test_compiled_code_and_time_stamps_do_not_count(package):
    before = version()
    (package / "stage" / "__pycache__").mkdir()
    (package / "stage" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (package / "stage" / "stage.py").touch()
    assert version() == before


def test_ignored_modules_do_not_count(package, monkeypatch):
    monkeypatch.setattr(digest, "IGNORED_MODULES", {"tiny.low"})
    before = version()
    (package / "low.py").write_text("X = 2\n")
    assert version() == before


def test_the_content_of_the_script_counts(package, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print(1)\n")
    before = version(script=script)
    script.write_text("print(1)  # one\n")
    assert version(script=script) == before
    script.write_text("print(2)\n")
    assert version(script=script) != before
    with pytest.raises(FileNotFoundError, match=r"absent\.py"):
        version(script=tmp_path / "absent.py")


def test_circular_imports_are_read_once(package):
    (package / "low.py").write_text("import tiny.middle\n")
    assert version("tiny.low")


@pytest.mark.parametrize("name", ["tiny.absent", "tiny.stage.absent"])
def test_a_module_that_does_not_exist_is_an_error(package, name):
    with pytest.raises(ModuleNotFoundError, match=name):
        version(name)


def test_no_module_is_imported(package):
    (package / "low.py").write_text("raise SystemExit\n")
    assert version()


def test_the_same_content_elsewhere_has_the_same_digest(package, tmp_path, monkeypatch):
    before = version()
    moved = tmp_path / "moved"
    moved.mkdir()
    package.rename(moved / "tiny")
    monkeypatch.syspath_prepend(str(moved))
    assert version() == before


def test_the_version_and_progress_lines_of_the_real_package_are_ignored():
    reached = digest.reached("foa360.stages.judge.stage")
    assert "foa360.core.reasons" in reached
    assert "foa360.stages.judge.stage" in reached
    assert not {"foa360", "foa360.core.jobs"} & reached


def test_values_have_one_digest_whatever_the_order_of_keys():
    assert digest.value_digest({"a": 1, "b": [2]}) == digest.value_digest({"b": [2], "a": 1})
    assert digest.value_digest({"a": 1}) != digest.value_digest({"a": 1.5})
    assert digest.value_digest("x") == hashlib.sha256(b'"x"').hexdigest()[:16]
