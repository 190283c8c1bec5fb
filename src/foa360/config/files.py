"""Configuration files, before their content is checked."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from foa360.config.section import ConfigError


def require_distinct_keys(paths: Iterable[Path]) -> None:
    """Raise ConfigError if a file has a key twice: all but the last would be lost in silence.

    Files that are missing or no YAML are passed over; whoever loads them says so.
    """
    problems: list[str] = []
    for path in paths:
        try:
            # Tabs are allowed in JSON.
            document = yaml.compose(path.read_text(encoding="utf-8").expandtabs())
        except (OSError, UnicodeError, yaml.YAMLError):
            continue
        problems += [f"{path}: {problem}" for problem in _repeated_keys(document, "")]
    if problems:
        raise ConfigError("\n  ".join(["The configuration cannot be used:", *problems]))


def _repeated_keys(node: yaml.Node | None, name: str) -> Iterator[str]:
    """Describe the keys that a node, called by a dotted name, has more than once."""
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value):
            yield from _repeated_keys(entry, f"{name}[{number}]")
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, list[int]] = {}
    for key, value in node.value:
        full_name = f"{name}.{key.value}".removeprefix(".")
        lines.setdefault(full_name, []).append(key.start_mark.line + 1)
        yield from _repeated_keys(value, full_name)
    for full_name, numbers in lines.items():
        if len(numbers) > 1:
            where = " and ".join(map(str, dict.fromkeys(numbers)))
            yield f"the key {full_name} is there {len(numbers)} times: line {where}"
