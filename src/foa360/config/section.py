"""What every section of the configuration shares: strict types, presets, the one error."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class ConfigError(ValueError):
    """The configuration cannot be used; the message says why, key by key."""


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors, types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def fill(section: BaseModel, preset: dict[str, Any]) -> None:
    """Set what a preset says and the user does not."""
    for key, value in preset.items():
        if key not in section.model_fields_set:
            object.__setattr__(section, key, value)  # frozen, but not finished yet
