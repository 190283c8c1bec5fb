"""Section `train` of the configuration: optimisation, samples and networks."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foa360.config.section import Count, Seconds, Section, fill

Degrees = Annotated[float, Field(gt=5, lt=150)]

#: Values that a size sets for keys that are not set.
SIZES: dict[str, dict[str, object]] = {
    "paper": {
        "width": 64,
        "crop": 112,
        "frames": 8,
        "video_seconds": 0.5,
        "fov": (25.0, 76.3),
        "batch": 28,
        "schedule": "constant",
    },
    "small": {"width": 16, "crop": 64, "frames": 4, "batch": 16, "learning_rate": 1e-3},
    "tiny": {
        "width": 8,
        "crop": 64,
        "frames": 1,
        "batch": 16,
        "learning_rate": 2e-3,
        "temperature": 0.2,
        "steps": 300,
        "validation_samples": 64,
        "validation_interval": 50,
    },
}


class Train(Section):
    """How networks are trained. An experiment can override each of these keys.

    A size sets the keys that are not set here: `paper` those of Morgado et al. (2020), for a GPU;
    `small` and `tiny` train on a CPU, `tiny` in a minute.
    """

    size: Literal["paper", "small", "tiny"] = Field(
        "paper", description="Values of keys that are not set, see above"
    )
    steps: Count = Field(10000, description="Optimiser steps")
    batch: int = Field(28, ge=2, description="Clips per optimiser step")
    learning_rate: float = Field(1e-4, gt=0, description="Learning rate of Adam")
    schedule: Literal["cosine", "constant"] = Field(
        "cosine",
        description="Learning rate over the steps: down to zero as half a cosine, or the same",
    )
    weight_decay: float = Field(1e-5, ge=0, description="Weight decay of Adam (L2)")
    temperature: float = Field(0.07, gt=0, description="Temperature of the InfoNCE loss")
    candidates: Literal["joint", "as_coded"] = Field(
        "joint",
        description="Candidates of a viewpoint in AVSA: all viewpoints of all clips, as the paper"
        " states (joint), or those of its clip and one of each other clip, as its code has it"
        " (as_coded)",
    )
    width: int = Field(64, ge=4, description="Channels of the first layer; 64 in the papers")
    frames: int = Field(8, ge=1, description="Video frames per crop")
    crop: int = Field(112, ge=32, description="Width and height of a crop, pixels")
    views: int = Field(
        4, ge=1, le=16, description="Viewpoints of a sample of AVSA; AVC has one in the papers"
    )
    fov: tuple[Degrees, Degrees] | None = Field(
        None,
        description="Smallest and largest field of view of a crop, degrees; by default that of"
        " `viewpoints.fov`",
    )
    max_elevation: float = Field(
        30.6,
        gt=0,
        le=90,
        description="Largest elevation of random viewpoints, degrees; 90 stands for directions that"
        " are uniform on the sphere",
    )
    audio_seconds: Seconds = Field(1.0, description="Duration of the audio of a sample, s")
    video_seconds: Seconds | None = Field(
        None,
        description="Duration of the video of a sample, anywhere within its audio, s; by default"
        " that of the audio",
    )
    validation_share: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.1,
        description="Share of the training videos, drawn from the seed, that is not trained on: the"
        " weights with the least loss there are kept. With 0, and with fewer than 10 videos, those"
        " of the last step",
    )
    validation_samples: Count = Field(256, description="Samples of these videos, in whole batches")
    validation_interval: Count = Field(
        500, description="Steps between two looks at the loss there; the last step has one, too"
    )
    accumulate: Count = Field(
        1,
        description="Parts that a batch is divided into where it is too large for the memory; each"
        " has the negatives of its own clips alone",
    )
    devices: Count = Field(
        1,
        description="GPUs, or processes on a CPU, that share a batch; all clips of it remain"
        " negatives of each other",
    )
    nodes: Count = Field(
        1,
        description="Nodes of a cluster with Slurm, each with as many devices, that share a batch"
        " in the same way",
    )
    precision: Literal["float32", "bfloat16"] | None = Field(
        None, description="Numbers of the networks; by default bfloat16 on a GPU, float32 on a CPU"
    )
    compile: bool = Field(
        False, description="Compile the networks by torch.compile, which needs a C++ compiler"
    )
    workers: int = Field(0, ge=0, description="Processes that read samples; 0 for a thread")

    @property
    def processes(self) -> int:
        """Number of processes that share a batch."""
        return self.devices * self.nodes

    @model_validator(mode="after")
    def _fill_from_size(self) -> Self:
        fill(self, SIZES[self.size])
        return self

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        if self.batch < 2 * self.accumulate * self.processes:
            raise ValueError(
                f"batch = {self.batch}: must be at least two clips for each of {self.devices}"
                f" devices on each of {self.nodes} nodes in each of {self.accumulate} parts"
            )
        return self

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        if self.fov is not None and self.fov[0] > self.fov[1]:
            raise ValueError(f"fov = {list(self.fov)}: the first must not exceed the second")
        if self.video_seconds is not None and self.video_seconds > self.audio_seconds:
            raise ValueError(
                f"video_seconds = {self.video_seconds:g} must not exceed"
                f" audio_seconds = {self.audio_seconds:g}"
            )
        return self
