"""The base of every section of the configuration: strict types, presets and the one error."""

import os
from collections.abc import Mapping
from string import Template
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


def expand(path: str) -> str:
    """Return a path with the home folder for `~`, and environment variables for `$NAME`, `${NAME}`.

    `$$` stands for a dollar sign. Raises PydanticCustomError for a user or a variable that is not
    known: a folder of that name would be made otherwise.
    """
    try:
        expanded = Template(path).substitute(os.environ)
    except KeyError as error:
        problem = f"a path, and there is no environment variable {error.args[0]}"
        raise PydanticCustomError("path", f"{problem}; $$ stands for a dollar sign") from None
    except ValueError:
        raise PydanticCustomError("path", "a path, in which $$ stands for a dollar sign") from None
    expanded = os.path.expanduser(expanded)
    if expanded.startswith("~"):
        problem = f"a path, and there is no user {expanded.split('/')[0][1:]}"
        raise PydanticCustomError("path", f"{problem}; ./~ stands for a file of that name")
    return expanded


#: A path or a name; `~` and environment variables are replaced.
PathText = Annotated[str, AfterValidator(expand)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class ConfigError(ValueError):
    """The configuration cannot be used; the message explains why, key by key."""


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors, and types are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def fill(section: Section, preset: Mapping[str, object]) -> None:
    """Set the keys that a preset defines and the user does not."""
    for key, value in preset.items():
        if key not in section.model_fields_set:
            object.__setattr__(section, key, value)  # frozen, but still under validation
