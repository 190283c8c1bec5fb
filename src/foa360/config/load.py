"""Turn a mapping, as YAML holds it, into a checked `Config`."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from foa360.config.explain import explain, show
from foa360.config.paths import path_problems
from foa360.config.root import Config
from foa360.config.section import ConfigError


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
    try:
        config = Config.model_validate_json(json.dumps(dict(mapping), default=str))
    except ValidationError as error:
        raise _config_error([explain(e) for e in error.errors(include_url=False)]) from None
    problems = [*_source_problems(config), *path_problems(config)]
    if problems:
        raise _config_error(problems)
    return config


def _config_error(problems: list[str]) -> ConfigError:
    lines = [f"  {problem}" for problem in problems]
    return ConfigError("\n".join(["The configuration cannot be used:", *lines]))


def _source_problems(config: Config) -> list[str]:
    demos = [source for source in config.sources if source.kind == "demo"]
    if len(demos) > 1:
        return ["sources: only one may be of kind demo"]
    return []
