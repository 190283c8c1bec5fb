"""Generate the JSON schema of the configuration and docs/configuration.md.

python -m foa360.config.docs     writes both files
"""

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from foa360.config.curate import CURATE_PRESETS
from foa360.config.experiments import Experiment
from foa360.config.features import FEATURE_PRESETS
from foa360.config.root import SECTIONS, SOURCE_KINDS, Config
from foa360.config.section import Section
from foa360.config.segmentation import SEGMENTATION_SIZES, Segmentation
from foa360.config.synchronisation import SYNCHRONISATION_SIZES, Synchronisation
from foa360.config.train import SIZES
from foa360.shards.features import STORED_FEATURES

REPOSITORY = Path(__file__).resolve().parents[3]
SCHEMA_PATH = REPOSITORY / "workflow/schemas/config.schema.json"
REFERENCE_PATH = REPOSITORY / "docs/configuration.md"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
INTRODUCTION = """\
# Configuration

Generated from `src/foa360/config/` by `python -m foa360.config.docs`. Only `sources` is required.

Snakemake reads `config.yaml` of the folder in which it is started, if there is one, and merges the
files that follow `--configfile` over it. These may lie anywhere. Relative paths in them count from
the folder in which it is started, `~` stands for the home folder, `$NAME` and `${NAME}` for
environment variables, and `$$` for a dollar sign. A key that is in a file twice is refused.
"""
TABLE_HEAD = [
    "| key | default | allowed | meaning |",
    "| --- | --- | --- | --- |",
]
FEATURE_TABLE_HEAD = [
    "| feature | axes after the clip | type | unit | meaning |",
    "| --- | --- | --- | --- | --- |",
]
#: Values that presets set, by the section and the key that chooses one.
PRESETS = {
    "curate": ("preset", CURATE_PRESETS),
    "features": ("preset", FEATURE_PRESETS),
    "train": ("size", SIZES),
    "segmentation": ("size", SEGMENTATION_SIZES),
    "synchronisation": ("size", SYNCHRONISATION_SIZES),
}
#: Names of JSON types in the tables; others are called as in JSON.
TYPE_NAMES = {
    "integer": "whole number",
    "string": "text",
}
#: Limits of JSON schema, in the order of the tables.
LIMIT_SIGNS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "exclusiveMaximum": "<",
    "multipleOf": "multiple of",
}

#: A part of a JSON schema.
Json = dict[str, Any]


def json_schema() -> Json:
    """Return the JSON schema of the configuration, for editors."""
    return {"$schema": DIALECT, **Config.model_json_schema()}


def reference() -> str:
    """Return every key of the configuration as a Markdown page."""
    parts = [INTRODUCTION, _general_keys(), _sources(), _experiments()]
    for name, section in SECTIONS.items():
        parts.append(_section(f"## `{name}`", section, _presets(name)))
        if name == "features":
            parts.append(_stored_features())
    return "\n".join(parts)


def _general_keys() -> str:
    """Return the part on the keys that belong to no section."""
    elsewhere = {*SECTIONS, "sources", "experiments"}
    names = [name for name in Config.model_fields if name not in elsewhere]
    lines = [
        "## General",
        "",
        "Keys at the top level of the file.",
        "",
        *_table(Config, names),
    ]
    return _text(lines)


def _sources() -> str:
    """Return the part on `sources`, a heading per kind."""
    description = Config.model_fields["sources"].description
    introduction = _text(
        ["## `sources`", "", f"{description}. Each source is of one of the following kinds."]
    )
    parts = [introduction]
    for kind, section in SOURCE_KINDS.items():
        parts.append(_section(f"### `kind: {kind}`", section))
    return "\n".join(parts)


def _experiments() -> str:
    """Return the part on `experiments`."""
    description = Config.model_fields["experiments"].description
    names = list(Experiment.model_fields)
    shards = _text(["## `experiments`", "", f"{description}.", "", *_table(Experiment, names)])
    kinds: dict[str, type[Section]] = {
        "segmentation": Segmentation,
        "synchronisation": Synchronisation,
    }
    parts = [_section(f"### `task: {task}`", kind, _presets(task)) for task, kind in kinds.items()]
    return "\n".join([shards, *parts])


def _presets(name: str) -> list[str]:
    """Return a table of the values that the presets of a section set; empty for none."""
    if name not in PRESETS:
        return []
    key, presets = PRESETS[name]
    changed = dict.fromkeys(key for values in presets.values() for key in values)
    lines = ["", f"Values that `{key}` sets; – stands for the default below.", ""]
    lines.append(f"| key | {' | '.join(f'`{preset}`' for preset in presets)} |")
    lines.append(f"| --- |{' --- |' * len(presets)}")
    for key in changed:
        cells = [
            f"`{json.dumps(values[key])}`" if key in values else "–" for values in presets.values()
        ]
        lines.append(f"| `{key}` | {' | '.join(cells)} |")
    return lines


def _section(heading: str, section: type[Section], presets: Sequence[str] = ()) -> str:
    """Return the part on one section: a sentence on its purpose, presets, then its keys."""
    lines = [heading, "", inspect.cleandoc(section.__doc__ or ""), *presets]
    names = [name for name in section.model_fields if name != "kind"]
    if names:
        lines += ["", *_table(section, names)]
    return _text(lines)


def _stored_features() -> str:
    """Return the part on the features that `features.store` can name."""
    lines = [
        "### Stored features",
        "",
        "The key `store` selects from the following.",
        "",
        *FEATURE_TABLE_HEAD,
    ]
    for feature in STORED_FEATURES.values():
        name = f"`{feature.name}`"
        dtype = f"`{feature.dtype}`"
        cells = [name, feature.axes, dtype, feature.unit, feature.meaning]
        lines.append(f"| {' | '.join(cells)} |")
    return _text(lines)


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _table(section: type[Section], names: list[str]) -> list[str]:
    """Return a table of keys, one line each."""
    properties: Json = section.model_json_schema()["properties"]
    rows = []
    for name in names:
        field = section.model_fields[name]
        meaning = (field.description or "").replace("|", "\\|")
        cells = [f"`{name}`", _default(field), _allowed(properties[name]), meaning]
        rows.append(f"| {' | '.join(cells)} |")
    return TABLE_HEAD + rows


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{json.dumps(field.default)}`"


def _allowed(schema: Json) -> str:
    """Return the values that the JSON schema of a key allows, in words."""
    if "anyOf" in schema:
        return " or ".join(_allowed(alternative) for alternative in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "prefixItems" in schema:
        return "list of two numbers"
    if schema["type"] == "array":
        return f"list of {_allowed(schema['items'])}"
    limits = []
    for keyword, sign in LIMIT_SIGNS.items():
        if keyword in schema:
            limits.append(f"{sign} {schema[keyword]:.10g}")
    name = TYPE_NAMES.get(schema["type"], schema["type"])
    return f"{name} {', '.join(limits)}".strip()


def main() -> None:
    """Write the generated files."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    SCHEMA_PATH.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA_PATH.write_text(f"{schema}\n", encoding="utf-8")
    REFERENCE_PATH.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
