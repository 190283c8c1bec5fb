"""Judge measured clips again where thresholds have changed, before any job.

It takes seconds, and replaces only tables whose content changes: their time stamps tell Snakemake
what follows from a new threshold. `measure_shard` judges the clips that it has measured.
"""

from foa360.stages.judge.again import judge_again
from foa360.stages.judge.stage import JudgeFiles


def judge_run():
    """Judge measured shards again; in a dry run, return the tables that would be replaced."""
    if not workflow.is_main_process:
        return {}
    shards = {}
    for shard in SHARDS:
        shards[shard] = JudgeFiles(
            measures=Path(PATHS.measures.format(shard=shard)),
            curation=Path(PATHS.curation.format(shard=shard)),
            kept=Path(PATHS.kept.format(shard=shard)),
        )
    preview = Path(PREVIEW.name) if IS_DRY else None
    # A run by a scheduler states no cores of this machine.
    processes = workflow.resource_settings.cores or available_cpu_count()
    again = judge_again(shards, CONFIG.curate, preview, processes)
    if again.message:
        print(again.message, file=sys.stderr)
    return again.previews


def kept_preview(wildcards):
    """Table of kept clips that a dry run shows the consequences of; none in a real run."""
    files = PREVIEWS.get(wildcards.shard)
    return str(files.kept) if files else []


# Snakemake compares the time stamps of these tables after this file is read.
try:
    PREVIEWS = judge_run()
except OSError as error:
    raise WorkflowError(error_text(error)) from None
