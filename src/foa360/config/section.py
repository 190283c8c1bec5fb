"""The base of every section of the configuration: strict types, presets and the one error."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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
