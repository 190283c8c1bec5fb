"""The plan (clips and shards, known before any job), and the paths that rules share.

What is written before the first job is written here and in `judge.smk`, under a lock of this
workflow: Snakemake reads the rules before it takes its own.
"""

import atexit
import sys
import tempfile
import time
from pathlib import Path

from snakemake.settings.types import RerunTrigger

from foa360.core.files import make_private_folder
from foa360.core.jobs import error_text
from foa360.core.paths import run_paths
from foa360.core.run_lock import forget_holder
from foa360.stages.fetch.failures import retry_failures, retry_found
from foa360.stages.fetch.takedown import erase
from foa360.stages.plan.begin import begin_run, snakemake_locks
from foa360.stages.plan.dry_run import is_dry_run
from foa360.stages.plan.seen_files import SeenFiles
from foa360.stages.plan.shards import shard_index
from foa360.stages.plan.sizes import size_text
from foa360.stages.plan.stage import write_plan
from foa360.stages.plan.takedown import require_matches
from foa360.stages.plan.unlisted import bring_back, set_aside

BEGIN = time.time()
PATHS = run_paths(CONFIG.results, CONFIG.cache.path)
#: Files that a start writes which must not change any.
PREVIEW = tempfile.TemporaryDirectory()


def may_write():
    """Return whether this start changes files, for which it takes the lock.

    Jobs do not, nor does a dry run, nor a start that Snakemake will refuse.
    """
    if not workflow.is_main_process:
        return False
    results = Path(PATHS.results)
    if "--unlock" in sys.argv:
        forget_holder(results)
    if is_dry_run(sys.argv[1:]):
        return False
    lock = begin_run(results, Path(PATHS.cache), Path.cwd())
    atexit.register(lock.release)
    is_refused = "--nolock" not in sys.argv and any(
        snakemake_locks(Path.cwd(), results)
    )
    if not is_refused and not CONFIG.cache.shared:
        make_private_folder(Path(PATHS.cache))
    return not is_refused


def plan_run():
    """Write the plan, which changes only when its content does; return its file and its shards.

    Jobs on a cluster read what the main process has planned. A dry run leaves the plan as it is,
    since a plan decides where later ones place videos. A run that is not dry also repeats fetches
    that failed for a transient reason, and deletes what a takedown lists.
    """
    plan = Path(PATHS.plan)
    if not workflow.is_main_process:
        return plan, shard_index(plan)
    if IS_DRY:
        preview = Path(PREVIEW.name, plan.name)
        takedown = write_plan(CONFIG, plan, preview)
        shards = shard_index(preview)
        plan = plan if plan.exists() else preview
    else:
        takedown = write_plan(CONFIG, plan)
        shards = shard_index(plan)
        fetched = Path(PATHS.results, "fetch")
        retry_failures(fetched, Path(PATHS.cache))
        retry_found(
            fetched, {name: shard.local_files for name, shard in shards.items()}
        )
        folders = Path(PATHS.results), Path(PATHS.cache)
        bring_back({*shards, *(clip.shard for clip in takedown.removed)}, *folders)
        erase(takedown.removed, set(shards), *folders)
        unlisted = set_aside(shards, *folders)
        if unlisted:
            print(
                f"[plan] no list has the videos of {', '.join(unlisted)} any more:"
                f" results moved to {PATHS.results}/unlisted",
                file=sys.stderr,
            )
    require_matches(takedown.unmatched, CONFIG, is_dry=IS_DRY)
    # Standard output may be a graph that goes to another program.
    print(size_text(CONFIG), file=sys.stderr)
    return plan, shards


def look_at_media():
    """Return the states of all local media, which jobs read as the main process has seen them."""
    seen = SeenFiles(Path(PATHS.plan).with_name("media.json"))
    if workflow.is_main_process:
        files = [
            file
            for shard in SHARDS.values()
            for local in shard.local_files.values()
            for file in local
        ]
        seen.look(files)
        if not IS_DRY:
            seen.save(files)
    return seen


def drop_leftover_frames():
    """Delete sampled frames that an interrupted run could not: all stages have read them."""
    if IS_DRY:
        return
    for shard in SHARDS:
        if Path(PATHS.features.format(shard=shard)).exists():
            Path(PATHS.frames.format(shard=shard)).unlink(missing_ok=True)


# `stage_code` stands for the content of scripts. Snakemake would compare their time stamps, which
# are new in every clone. The names of inputs do not count either, since `shard_before` comes and
# goes; rules of all shards have the names of the shards as a parameter. The triggers are removed
# here because a profile can be replaced.
type(workflow).rerun_triggers = property(
    lambda self: self.dag_settings.rerun_triggers
    - {RerunTrigger.CODE, RerunTrigger.INPUT}
)


wildcard_constraints:
    shard=r"s\d+",


try:
    IS_DRY = not may_write()
    PLAN, SHARDS = plan_run()
    MEDIA = look_at_media()
    drop_leftover_frames()
except ConfigError as error:
    raise WorkflowError(str(error)) from None
except OSError as error:
    raise WorkflowError(error_text(error)) from None
