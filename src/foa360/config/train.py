"""Section `train` of the configuration: optimisation, samples and networks."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Count, Seconds, Section


class Train(Section):
    """How networks are trained: on AVC first, then on AVSA from the weights of AVC."""

    avc_steps: Count = Field(10000, description="Optimiser steps on AVC")
    avsa_steps: Count = Field(10000, description="Optimiser steps on AVSA")
    batch: int = Field(28, ge=2, description="Clips per optimiser step")
    learning_rate: float = Field(1e-4, gt=0, description="Learning rate of AdamW")
    weight_decay: float = Field(1e-5, ge=0, description="Weight decay of AdamW")
    temperature: float = Field(0.07, gt=0, description="Temperature of the InfoNCE loss")
    width: int = Field(64, ge=4, description="Channels of the first layer; 64 in the papers")
    frames: int = Field(8, ge=1, description="Video frames per crop")
    crop: int = Field(112, ge=32, description="Width and height of a crop, pixels")
    viewpoints: Literal["stored", "random"] = Field(
        "stored",
        description="Viewpoints of the training samples: those stored in the shards, or random"
        " directions drawn anew for each sample",
    )
    audio_seconds: Seconds = Field(1.0, description="Duration of the audio of a sample, s")
