"""Section `evaluate` of the configuration: the test split."""

from pydantic import Field

from foa360.config.section import Count, Section


class Evaluate(Section):
    """Evaluation on the test split."""

    pairs: Count = Field(2000, description="test pairs of each binary task")
    probe_steps: Count = Field(500, description="optimiser steps of a probe on frozen features")
