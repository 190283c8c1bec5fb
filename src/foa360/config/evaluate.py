"""Section `evaluate` of the configuration: evaluation on the test split."""

from pydantic import Field

from foa360.config.section import Count, Section


class Evaluate(Section):
    """How trained models are evaluated on the test split."""

    pairs: Count = Field(2000, description="Number of test pairs per binary task")
    probe_steps: Count = Field(
        500, description="Optimiser steps of the linear probe on frozen features"
    )
