"""Entries of `experiments` with `task: synchronisation`; see docs/synchronisation.md."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foa360.config.names import Name
from foa360.config.section import Count, Seconds, Section, fill

#: Values that a size sets for keys that are not set.
SYNCHRONISATION_SIZES: dict[str, dict[str, object]] = {
    "paper": {},
    "small": {
        "width": 16,
        "frames": 32,
        "crop": 112,
        "seconds": 4.0,
        "sample_rate": 16000,
        "steps": 20000,
        "learning_rate": 1e-3,
        "schedule": "cosine",
    },
    "tiny": {
        "width": 5,
        "frames": 16,
        "crop": 32,
        "seconds": 1.0,
        "sample_rate": 16000,
        "shift": 0.5,
        "steps": 200,
        "batch": 16,
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "validation_samples": 64,
        "validation_interval": 50,
    },
}


class Synchronisation(Section):
    """One network of video and waveform that tells aligned from shifted audio.

    Owens and Efros (2018) call the task AVTS; `task: avts` is its contrastive form. A size sets the
    keys that are not set: `paper` those of the publication, for a GPU; `tiny` trains on a CPU in
    minutes. The shards need the features video and foa, at least 8 frames per second, and clips of
    at least 5 s in which a shifted sample has room.
    """

    name: Name = Field(description="Name, of its folders too: letters, digits, _ and -")
    task: Literal["synchronisation"] = Field(description="synchronisation")
    size: Literal["paper", "small", "tiny"] = Field(
        "paper", description="Values of keys that are not set, see above"
    )
    audio: Literal["beam", "stereo"] = Field(
        "beam",
        description="The two channels: W and a beam to the viewpoint, or cardioids to its left and"
        " right",
    )
    crops: Literal["yolo", "random"] = Field(
        "yolo",
        description="Viewpoints: on a detected object, a random one where there is none (yolo), or"
        " random ones",
    )
    init: str | None = Field(
        None, description="Name of the experiment whose weights training starts from"
    )
    seeds: Count = Field(1, description="How often it is trained, each time from another seed")
    width: int = Field(64, ge=4, description="Channels of the first layers; 64 as published")
    frames: int = Field(125, ge=2, description="Video frames of a sample")
    crop: int = Field(224, ge=16, description="Width and height of a crop, pixels")
    seconds: Seconds = Field(4.2, description="Duration of a sample, s")
    sample_rate: int = Field(
        21000, ge=8000, le=192000, description="Sample rate of the audio of a sample, Hz"
    )
    shift: Seconds = Field(
        2.2, description="Smallest shift of the shifted audio, s: never is it shifted by less"
    )
    steps: Count = Field(650000, description="Optimiser steps")
    batch: Count = Field(
        15, description="Clips per optimiser step, each with its own and with shifted audio"
    )
    accumulate: Count = Field(
        1, description="Parts that a batch is divided into where it is too large for the memory"
    )
    learning_rate: float = Field(1e-4, gt=0, description="Learning rate of Adam")
    schedule: Literal["cosine", "constant"] = Field(
        "constant",
        description="Learning rate over the steps: down to zero as half a cosine, or the same",
    )
    weight_decay: float = Field(1e-5, ge=0, description="Weight decay of Adam (L2)")
    validation_share: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.1,
        description="Share of the training videos, drawn from the seed, that is not trained on: the"
        " weights with the least loss there are kept",
    )
    validation_samples: Count = Field(256, description="Samples of these videos, in whole batches")
    validation_interval: Count = Field(500, description="Steps between two looks at the loss there")

    @model_validator(mode="after")
    def _fill_from_size(self) -> Self:
        fill(self, SYNCHRONISATION_SIZES[self.size])
        return self

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if self.batch < self.accumulate:
            raise ValueError(
                f"batch = {self.batch}: must be at least accumulate = {self.accumulate}"
            )
        return self
