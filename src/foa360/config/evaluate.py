"""Section `evaluate` of the configuration: evaluation on the test split."""

from pydantic import Field

from foa360.config.section import Count, Section


class Evaluate(Section):
    """How trained models are evaluated on the test split."""

    pairs: int = Field(
        2000,
        ge=2,
        description="Number of lines of the test list, each of which avc, avsa, matching and the"
        " choices decide about once; retrieval and direction decide once per test video, probe"
        " about the lines with an object of a known class",
    )
    fit_pairs: int = Field(
        4000,
        ge=2,
        description="Number of lines of training clips, which classifiers on frozen features are"
        " fitted with",
    )
    epochs: Count = Field(
        10,
        description="Passes over these lines in which the classifiers of avc and avsa are fitted",
    )
    learning_rate: float = Field(
        1e-4, gt=0, description="Learning rate of these classifiers; a tenth after half of them"
    )
    probe_steps: Count = Field(
        500, description="Optimiser steps of the linear probe on frozen features"
    )
