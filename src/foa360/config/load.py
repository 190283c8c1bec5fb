"""Turn a mapping into a checked `Config`, or say in plain words what is wrong with it.

python -m foa360.config.load     writes the JSON schema and docs/configuration.md
"""

import difflib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from foa360.config.root import Config
from foa360.config.section import ConfigError
from foa360.config.sources import Source

SOURCES: dict[str, type[BaseModel]] = {
    get_args(s.model_fields["kind"].annotation)[0]: s for s in get_args(get_args(Source)[0])
}
#: A model without a path: Ultralytics knows where it is.
MODEL_NAME = re.compile(r"[\w-]+\.(pt|onnx)")
#: What pydantic's types are called in YAML.
WORDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "model_type": "a section with keys",
    "dict_type": "a section with keys: `kind: …` and what the kind needs",
    "finite_number": "a finite number",
    "int_from_float": "a whole number",
}
#: Where a limit is part of the sentence.
LIMITS = {
    "greater_than": "above {gt:.10g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "below {lt:.10g}",
    "less_than_equal": "{le:g} or less",
    "multiple_of": "a multiple of {multiple_of:.10g}",
    "string_too_short": "text of {min_length} or more characters",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of {max_length}",
}
ROOT = Path(__file__).resolve().parents[3]
SCHEMA, TABLE = ROOT / "workflow/schemas/config.schema.json", ROOT / "docs/configuration.md"


def load_config(mapping: Mapping[str, Any]) -> Config:
    """The checked configuration.

    Raises ConfigError whose text names every wrong key, its value, what is allowed, and for a
    misspelt key the nearest one that exists. Paths are taken relative to the working directory.
    """
    if not isinstance(mapping, Mapping):
        raise ConfigError(_list([f"{_show(mapping)}: must be keys and values"]))
    try:
        config = Config.model_validate_json(json.dumps(dict(mapping), default=str))
    except ValidationError as error:
        problems = [_explain(e) for e in error.errors(include_url=False)]
        raise ConfigError(_list(problems)) from None
    problems = list(_missing(config))
    if problems:
        raise ConfigError(_list(problems))
    return config


def _list(problems: list[str]) -> str:
    return "The configuration cannot be used:\n" + "\n".join(f"  {p}" for p in problems)


def _explain(error: ErrorDetails) -> str:
    """One line for one of pydantic's errors."""
    where, keys = _place(error["loc"])
    kind, value, limits = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"{where}: there is no such key; {_suggest(str(error['loc'][-1]), keys)}"
    if kind == "missing":
        is_key = isinstance(error["loc"][-1], str)
        return f"{where}: this {'key is needed' if is_key else 'entry of the list is missing'}"
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        said = f"must be one of {', '.join(SOURCES)}"
        if not isinstance(value, dict) or "kind" not in value:
            return f"{where} = {_show(value)}: `kind` is needed and {said}"
        near = difflib.get_close_matches(str(value["kind"]), SOURCES, 1, 0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return f"{where}.kind = {_show(value['kind'])}: {said}{hint}"
    if kind == "literal_error":
        allowed = str(limits.get("expected", "")).replace("'", "").replace(" or ", ", ")
        near = difflib.get_close_matches(str(value), allowed.split(", "), 1, 0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return f"{where} = {_show(value)}: must be one of {allowed}{hint}"
    said = str(error["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return f"{where}.{said}"
    if kind in LIMITS:
        said = LIMITS[kind].format(**limits)
    said = WORDS.get(kind, said.removeprefix("Input should be "))
    return f"{where} = {_show(value)}: must be {said}"


def _suggest(name: str, keys: list[str]) -> str:
    """What a key that does not exist may have been meant to be, in its section or in another."""
    near = difflib.get_close_matches(name, keys, 1, 0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    for section, info in Config.model_fields.items():
        if name in getattr(info.annotation, "model_fields", {}):
            return f"did you mean '{section}.{name}'?"
    return f"known here: {', '.join(keys)}"


def _place(loc: tuple[int | str, ...]) -> tuple[str, list[str]]:
    """Dotted name of a place, and the keys that its section knows."""
    model: Any = Config
    name, previous, keys = "", None, list(Config.model_fields)
    for part in loc:
        if isinstance(previous, int) and part in SOURCES and name.startswith("sources"):
            model, previous = SOURCES[str(part)], part
            keys = list(model.model_fields)
            continue
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
        fields = getattr(model, "model_fields", {})
        if part in fields:
            inner = fields[part].annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                model, keys = inner, list(inner.model_fields)
        previous = part
    return name, keys


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _missing(config: Config) -> Iterator[str]:
    """Files and folders that the configuration names and that are not there."""
    for i, source in enumerate(config.sources):
        for key in ("path", "train", "test", "segments", "media"):
            value = getattr(source, key, None)
            folder = key == "media" or (key == "path" and source.kind == "folder")
            if value and not (Path(value).is_dir() if folder else Path(value).is_file()):
                what = "folder" if folder else "file"
                yield f"sources[{i}].{key} = {_show(value)}: no such {what}"
    kinds = [s.kind for s in config.sources]
    if kinds.count("demo") > 1:
        yield "sources: only one may be of kind demo"
    weights = config.detect.weights
    if weights != "demo" and not Path(weights).is_file() and not MODEL_NAME.fullmatch(weights):
        yield (
            f"detect.weights = {_show(weights)}: no such file; must be demo, a path, or the name "
            "of a model that Ultralytics fetches, such as yolo11n.pt"
        )
    cookies = config.fetch.cookies
    if cookies and not Path(cookies).is_file():
        yield f"fetch.cookies = {_show(cookies)}: no such file"
    for key, value in (("results", config.results), ("cache", config.cache.path)):
        if set(value) & set("{}*?[]\n"):
            yield f"{key} = {_show(value)}: must not contain any of {{}}*?[]"
        elif Path(value).exists() and not Path(value).is_dir():
            yield f"{key} = {_show(value)}: is a file, must be a folder"


def schema() -> dict[str, Any]:
    """JSON schema of the configuration, for editors."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **Config.model_json_schema()}


def table() -> str:
    """Every key as a Markdown page."""
    lines = [
        "# Configuration",
        "",
        "Generated from `src/foa360/config.py` by `python -m foa360.config.load`.",
        "",
    ]
    for name, info in Config.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            lines += [f"## `{name}`", "", *_section(inner), ""]
        elif name != "sources":
            lines += [f"## `{name}`", "", f"{info.description}. Default `{info.default}`.", ""]
    about = inspect.cleandoc(Config.__doc__ or "").partition("\n\n")[2]
    lines += ["## `sources`", "", "A list; each entry is of one of these kinds.", about, ""]
    for kind, model in SOURCES.items():
        lines += [f"### `kind: {kind}`", "", inspect.cleandoc(model.__doc__ or ""), ""]
        rows = _section(model)
        lines += [*rows, ""] if len(rows) > 2 else []
    return "\n".join(lines).rstrip() + "\n"


def _section(model: type[BaseModel]) -> list[str]:
    rows = ["| key | default | allowed | meaning |", "| --- | --- | --- | --- |"]
    for name, info in model.model_fields.items():
        if name == "kind":
            continue
        default = "needed" if info.is_required() else f"`{json.dumps(info.default)}`"
        properties = TypeAdapter(model).json_schema()["properties"][name]
        meaning = (info.description or "").replace("|", "\\|")
        rows.append(f"| `{name}` | {default} | {_allowed(properties)} | {meaning} |")
    return rows


def _allowed(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_allowed(f) for f in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{v}`" for v in field["enum"])
    if field["type"] == "array":
        if "prefixItems" in field:
            return "two numbers"
        return f"any of {_allowed(field['items'])}"
    names = {"integer": "whole number", "string": "text", "null": "nothing"}
    words = {
        "minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<",
        "multipleOf": "multiple of",
    }  # fmt: skip
    limits = ", ".join(f"{w} {field[k]:.10g}" for k, w in words.items() if k in field)
    return f"{names.get(field['type'], field['type'])} {limits}".strip()


def main() -> None:
    """Write the generated files."""
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    TABLE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
