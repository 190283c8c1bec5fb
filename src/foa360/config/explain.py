"""Explain the errors of pydantic, one readable line per key."""

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from foa360.config.root import EXPERIMENT_KINDS, SECTIONS, SOURCE_KINDS, Config
from foa360.config.section import Section

#: Former keys and the keys that replace them.
RENAMED_KEYS = {
    "fetch.picture": "fetch.video_format",
    "fetch.sound": "fetch.audio_format",
    "fetch.tries": "fetch.max_attempts",
    "fetch.first_wait": "fetch.initial_backoff",
    "fetch.longest_wait": "fetch.max_backoff",
    "train.avc_steps": "train.steps",
    "train.avsa_steps": "train.steps",
}
#: What a value must be, by pydantic's type of error.
REQUIREMENTS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_too_short": "text of {min_length} or more characters",
    "list_type": "a list",
    "tuple_type": "a list",
    "too_short": "a list of {min_length} or more",
    "too_long": "a list of {max_length}",
    "model_type": "a section with keys",
    "dict_type": "a section with keys: `kind: …` and what the kind needs",
    "greater_than": "above {gt:.10g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "below {lt:.10g}",
    "less_than_equal": "{le:g} or less",
    "multiple_of": "a multiple of {multiple_of:.10g}",
}
#: Similarity (`difflib`, 0 to 1) from which on a key or a value is suggested for another.
KEY_SIMILARITY = 0.6
VALUE_SIMILARITY = 0.5
#: Maximum number of characters of a value in a message.
SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Location:
    """Where an error is in the configuration."""

    name: str
    """Dotted name of the key, such as `sources[0].path`."""
    section: type[Section]
    """The innermost section that contains the key."""

    @property
    def known_keys(self) -> list[str]:
        """Keys that the section has."""
        return list(self.section.model_fields)


def explain(error: ErrorDetails) -> str:
    """Return one line for one error of pydantic: the key, its value and what it must be."""
    location = _locate(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return _explain_unknown_key(location, str(error["loc"][-1]))
        case "missing":
            is_key = isinstance(error["loc"][-1], str)
            missing = "key is needed" if is_key else "entry of the list is missing"
            return f"{location.name}: this {missing}"
        case "union_tag_invalid" | "union_tag_not_found":
            return _explain_source_kind(location, error["input"])
        case "value_error":
            # Raised by a section, whose message begins with the key.
            return f"{location.name}.{_message(error)}".removeprefix(".")
    return f"{location.name} = {show(error['input'])}: must be {_requirement(error)}"


def show(value: object) -> str:
    """Return a value as JSON, shortened where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f"{text[: SHOWN_CHARACTERS - 3]}…"


def _locate(loc: tuple[int | str, ...]) -> Location:
    """Find the key that a `loc` of pydantic leads to."""
    section: type[Section] = Config
    name = ""
    previous: int | str | None = None
    for part in loc:
        if isinstance(part, int):
            name += f"[{part}]"
        elif isinstance(previous, int) and name.startswith("experiments["):
            # The kind of an experiment, which pydantic puts after the index.
            section = EXPERIMENT_KINDS[part]
        elif isinstance(previous, int) and section is Config and part in SOURCE_KINDS:
            # The kind of a source, which pydantic puts after the index.
            section = SOURCE_KINDS[part]
        else:
            name = f"{name}.{part}" if name else part
            if section is Config:
                section = SECTIONS.get(part, section)
        previous = part
    return Location(name, section)


def _explain_unknown_key(location: Location, key: str) -> str:
    if location.name in RENAMED_KEYS:
        return f"{location.name}: this key is now '{RENAMED_KEYS[location.name]}'"
    suggestion = similar(key, location.known_keys, KEY_SIMILARITY) or _same_key_elsewhere(key)
    if suggestion is None:
        hint = f"known here: {', '.join(location.known_keys)}"
    else:
        hint = f"did you mean '{suggestion}'?"
    return f"{location.name}: there is no such key; {hint}"


def _same_key_elsewhere(key: str) -> str | None:
    """Return the dotted name of a key in the first section that has it."""
    for name, section in SECTIONS.items():
        if key in section.model_fields:
            return f"{name}.{key}"
    return None


def _explain_source_kind(location: Location, source: object) -> str:
    requirement = f"must be one of {', '.join(SOURCE_KINDS)}"
    if not isinstance(source, dict) or "kind" not in source:
        return f"{location.name} = {show(source)}: `kind` is needed and {requirement}"
    kind = source["kind"]
    hint = _value_hint(kind, SOURCE_KINDS)
    return f"{location.name}.kind = {show(kind)}: {requirement}{hint}"


def _requirement(error: ErrorDetails) -> str:
    """Return what the value of a key must be."""
    kind = error["type"]
    if kind == "literal_error":
        # pydantic's list reads: 'erp', 'erp_wrap' or 'tangent'
        expected = str(error["ctx"]["expected"])
        allowed = expected.replace("'", "").replace(" or ", ", ")
        return f"one of {allowed}{_value_hint(error['input'], allowed.split(', '))}"
    if kind in REQUIREMENTS:
        return REQUIREMENTS[kind].format(**error.get("ctx", {}))
    return _message(error).removeprefix("Input should be ")


def _message(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _value_hint(value: object, allowed: Iterable[str]) -> str:
    suggestion = similar(str(value), allowed, VALUE_SIMILARITY)
    return "" if suggestion is None else f"; did you mean '{suggestion}'?"


def similar(word: str, candidates: Iterable[str], similarity: float) -> str | None:
    """Return the candidate that is most similar to a word, if any is similar enough."""
    matches = difflib.get_close_matches(word, candidates, 1, similarity)
    return matches[0] if matches else None
