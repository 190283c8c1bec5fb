"""The locks: every package of the environment, at the version of constraints.txt, with hashes."""

import importlib.metadata
import re
import tomllib

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.runs import ROOT

FILES = ("build.txt", "all.txt", "cpu.txt", "torch.txt")
ENTRY = re.compile(
    r"^(?P<requirement>\S[^\\\n]*)(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n",
    re.MULTILINE,
)
#: What markers see of the versions of Python that the locks are for.
SUPPORTED = [
    {"python_version": version, "python_full_version": f"{version}.0"}
    for version in ("3.11", "3.12", "3.13")
]


def entries(name: str) -> list[Requirement]:
    """Return the requirements of a lock, which has nothing but entries below its first line."""
    text = (ROOT / "locks" / name).read_text(encoding="utf-8").split("\n", 1)[1]
    assert ENTRY.sub("", text) == "", "an address, a path or an entry without a hash"
    return [Requirement(match["requirement"]) for match in ENTRY.finditer(text)]


def versions(*names: str) -> dict[str, str]:
    """Return the version of each package in locks."""
    found = {}
    for requirement in (one for name in names for one in entries(name)):
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        found[canonicalize_name(requirement.name)] = pin.version
    return found


def test_the_locks_have_the_versions_of_the_constraints() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    locked = versions(*FILES[:2], "torch.txt")
    for pin in pins:
        assert f"=={locked[canonicalize_name(pin.name)]}" == str(pin.specifier), pin.name
    assert versions("cpu.txt") == {"torch": f"{locked['torch']}+cpu"}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert build["requires"] == [f"setuptools=={versions('build.txt')['setuptools']}"]


@pytest.mark.parametrize("python", SUPPORTED, ids=lambda python: python["python_version"])
def test_the_locks_have_all_that_packages_require(python: dict[str, str]) -> None:
    environment = {**default_environment(), **python}
    locked = {
        canonicalize_name(one.name): one
        for one in (*entries("all.txt"), *entries("torch.txt"))
        if one.marker is None or one.marker.evaluate(environment)
    }
    needed = {("foa360", frozenset({"test"}))}
    seen = set()
    while needed:
        name, extras = needed.pop()
        seen.add((name, extras))
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # not needed by the Python that runs this test
        for requirement in map(Requirement, requirements):
            contexts = [environment | {"extra": extra} for extra in (extras or {""})]
            marker = requirement.marker
            if marker is not None and not any(map(marker.evaluate, contexts)):
                continue
            other = canonicalize_name(requirement.name)
            if other != "foa360":
                assert other in locked, f"{name} requires {other}"
                (pin,) = locked[other].specifier
                assert requirement.specifier.contains(pin.version), f"{name} requires {requirement}"
            if (other, frozenset(requirement.extras)) not in seen:
                needed.add((other, frozenset(requirement.extras)))
