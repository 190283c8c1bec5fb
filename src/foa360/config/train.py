"""Section `train` of the configuration: optimisation and networks."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Count, Seconds, Section


class Train(Section):
    """Training of AVC, then of AVSA from its weights."""

    avc_steps: Count = Field(10000, description="optimiser steps of the AVC stage")
    avsa_steps: Count = Field(10000, description="optimiser steps of the AVSA stage")
    batch: int = Field(28, ge=2, description="clips per step")
    learning_rate: float = Field(1e-4, gt=0, description="of Adam")
    weight_decay: float = Field(1e-5, ge=0, description="of Adam")
    temperature: float = Field(0.07, gt=0, description="of InfoNCE")
    width: int = Field(64, ge=4, description="channels of the first layer; 64 in the papers")
    frames: int = Field(8, ge=1, description="frames per crop")
    crop: int = Field(112, ge=32, description="size of a crop, pixels")
    viewpoints: Literal["stored", "random"] = Field(
        "stored", description="those of the tables, or anywhere on the sphere, drawn anew each time"
    )
    audio_seconds: Seconds = Field(1.0, description="sound per sample, s")
