"""What the view of a run knows beforehand (src/snakemake_logger_plugin_foa360): stages, clips, durations."""

from snakemake.logging import logger

if workflow.is_main_process:
    logger.info(
        None,
        extra={
            "foa360_plan": {
                "stages": stage_of_rules(),
                "seconds": expected_seconds(),
                "clips": {name: shard.clips for name, shard in SHARDS.items()},
                "curation": PATHS.curation,
            }
        },
    )
