"""Draw what evaluations compare."""

from pathlib import Path

import numpy as np

from foa360.config.evaluate import Evaluate
from foa360.core.jobs import job
from foa360.stages.test_list.stage import TestListFiles, write_test_list

with job(Path(snakemake.log[0]), snakemake.rule) as progress:
    write_test_list(
        TestListFiles(
            shards=[Path(shard) for shard in snakemake.input.shards],
            subsets=Path(snakemake.input.subsets),
            output=Path(snakemake.output.test_list),
        ),
        Evaluate.model_validate_json(snakemake.params.settings),
        np.radians(snakemake.params.max_elevation),
        snakemake.params.seed,
        progress,
    )
