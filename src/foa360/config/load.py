"""Turn a mapping, as YAML holds it, into a checked `Config`."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from foa360.config.experiment_problems import experiment_problems
from foa360.config.explain import explain, show
from foa360.config.paths import path_problems
from foa360.config.root import EXPERIMENT_KINDS, Config
from foa360.config.section import ConfigError

#: Numbers that YAML 1.1 reads as texts, for want of a point or of the sign of the exponent.
EXPONENT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+", re.ASCII)


def load_config(mapping: Mapping[str, object]) -> Config:
    """Return the checked configuration.

    Paths are taken relative to the working directory.

    Raises
    ------
    ConfigError
        The message has a line for every wrong key, with its value, the allowed values and, for a
        misspelt or renamed key, the key that exists.
    """
    if not isinstance(mapping, Mapping):
        raise _config_error([f"{show(mapping)}: must be keys and values"])
    plain = json.loads(json.dumps(dict(mapping), default=str))
    try:
        config = _validated(plain)
    except ValidationError as error:
        raise _config_error([explain(e) for e in error.errors(include_url=False)]) from None
    problems = [
        *_source_problems(config),
        *experiment_problems(config),
        *path_problems(config),
    ]
    if problems:
        raise _config_error(problems)
    return config


def _validated(plain: dict[str, Any]) -> Config:
    """Validate a mapping; texts that stand for a number or a boolean are taken for it.

    Snakemake hands over values of `--config 'section={key: value}'` as texts. Raises
    ValidationError.
    """
    try:
        return Config.model_validate_json(json.dumps(plain))
    except ValidationError as error:
        converted = copy.deepcopy(plain)
        if not any([_convert(converted, e["loc"]) for e in error.errors(include_url=False)]):
            raise
        return Config.model_validate_json(json.dumps(converted))


def _convert(values: Any, location: Sequence[int | str]) -> bool:
    """Replace a text by the number or boolean that it stands for; return whether it did."""
    if not location:
        return False
    *parents, key = location
    try:
        for parent in parents:
            if not _is_kind(values, parent):
                values = values[parent]
        text = values[key]
        value = _value_of_text(text) if isinstance(text, str) else None
    except (KeyError, IndexError, TypeError, yaml.YAMLError):
        return False
    if not isinstance(value, bool | int | float):
        return False
    values[key] = value
    return True


def _is_kind(values: Any, part: int | str) -> bool:
    """Whether a part of a location is the kind of a source or experiment, not a key."""
    if not isinstance(values, dict):
        return False
    return values.get("kind") == part or (part in EXPERIMENT_KINDS and part not in values)


def _value_of_text(text: str) -> object:
    """Return what a text stands for in YAML, in which 1e-05 is a number here as elsewhere."""
    return float(text) if EXPONENT.fullmatch(text) else yaml.safe_load(text)


def _config_error(problems: list[str]) -> ConfigError:
    lines = [f"  {problem}" for problem in problems]
    return ConfigError("\n".join(["The configuration cannot be used:", *lines]))


def _source_problems(config: Config) -> list[str]:
    demos = [source for source in config.sources if source.kind == "demo"]
    if len(demos) > 1:
        return ["sources: only one may be of kind demo"]
    return []
