"""The plan (clips and shards, known before any job), and the paths and digests that rules share."""

import sys
import time
from pathlib import Path

from snakemake.settings.types import RerunTrigger

from foa360.core.digest import code_version
from foa360.core.paths import run_paths
from foa360.stages.fetch.failures import retry_failures
from foa360.stages.fetch.takedown import erase
from foa360.stages.plan.dry_run import is_dry_run
from foa360.stages.plan.shards import shard_index
from foa360.stages.plan.sizes import size_text
from foa360.stages.plan.stage import write_plan

BEGIN = time.time()
PATHS = run_paths(CONFIG.results, CONFIG.cache.path)


def plan_run():
    """Write the plan, which changes only when its content does; return its shards.

    Jobs on a cluster read what the main process has planned. A run that is not dry also repeats
    fetches that failed for a transient reason, and deletes what a takedown lists.
    """
    if not workflow.is_main_process:
        return shard_index(Path(PATHS.plan))
    removed = write_plan(CONFIG, Path(PATHS.plan))
    shards = shard_index(Path(PATHS.plan))
    if not is_dry_run(sys.argv[1:]):
        retry_failures(Path(PATHS.results, "fetch"), Path(PATHS.cache))
        erase(removed, set(shards), Path(PATHS.results), Path(PATHS.cache))
    # Standard output may be a graph that goes to another program.
    print(size_text(CONFIG), file=sys.stderr)
    return shards


def stage_code(stage):
    """Digest of the code that a stage reaches, its script included."""
    script = Path(workflow.basedir).parent / "scripts" / f"{stage}.py"
    return code_version(f"foa360.stages.{stage}.stage", script)


def clips_digest(wildcards):
    """Digest of a shard's clips: a changed list re-runs the shards that it touches."""
    return SHARDS[wildcards.shard].digest


def media_digest(wildcards):
    """Digest of a shard's videos and their files, whatever their clips and splits."""
    return SHARDS[wildcards.shard].media_digest


def shard_before(wildcards):
    """With a budget for the cache, media are fetched when those of the shard before are used."""
    names = list(SHARDS)
    number = names.index(wildcards.shard)
    if CONFIG.cache.max_gb is None or number == 0:
        return []
    return PATHS.features.format(shard=names[number - 1])


# The digests above stand for the content of scripts. Snakemake would compare their time stamps,
# which are new in every clone; the trigger is removed here because a profile can be replaced.
type(workflow).rerun_triggers = property(
    lambda self: self.dag_settings.rerun_triggers - {RerunTrigger.CODE}
)


wildcard_constraints:
    shard=r"s\d+",


try:
    SHARDS = plan_run()
except ConfigError as error:
    raise WorkflowError(str(error)) from None
