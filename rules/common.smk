"""Functions of inputs and parameters that rules share."""

import os
import sys

from foa360.core.digest import code_version
from foa360.stages.detect.weights import available_weights

# Threads of PyTorch that have no work sleep. They would wait in a loop, and where other processes want
# the cores, a step of a small network then takes ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

#: Not below `workflow.basedir`, which is the folder of another workflow that uses this as a module.
SCRIPTS = Path(str(workflow.current_basedir)).parent / "scripts"

#: Targets without detections.
BEFORE_DETECTION = {"fetch", "curate"}


def stage_code(stage):
    """Digest of the code that a stage reaches, its script included."""
    return code_version(f"foa360.stages.{stage}.stage", SCRIPTS / f"{stage}.py")


def clips_digest(wildcards):
    """Digest of a shard's clips: a changed list re-runs the shards that it touches."""
    return SHARDS[wildcards.shard].digest


def media_digest(wildcards):
    """Digest of a shard's videos and their files, whatever their clips and splits."""
    return SHARDS[wildcards.shard].media_digest


def files_digest(wildcards):
    """Digest of size and time of change of a shard's local media."""
    local = SHARDS[wildcards.shard].local_files.values()
    return MEDIA.digest([file for files in local for file in files])


def asked_again(wildcards):
    """Request for another attempt of failed downloads, if there is one."""
    request = PATHS.again.format(shard=wildcards.shard)
    return request if os.path.exists(request) else []


def shard_before(wildcards):
    """With a budget for the cache, media are fetched when those of the shard before are used.

    Only shards that have no files yet wait: Snakemake does not compare the parameters of a job, or
    of any after it, while a job that it waits for has to run, not even for an ancient input.
    """
    names = list(SHARDS)
    number = names.index(wildcards.shard)
    if CONFIG.cache.max_gb is None or number == 0:
        return []
    for path in (PATHS.fetch, PATHS.features):
        if os.path.exists(path.format(shard=wildcards.shard)):
            return []
    return PATHS.features.format(shard=names[number - 1])


def sampled_frames(wildcards):
    """File of sampled frames, if it is there or will be.

    It is dropped when the stages that read it are done. A stage that runs again later decodes its
    frames once more, since to make the file again would repeat all that follows from the measures.
    """
    frames, measures = (
        path.format(shard=wildcards.shard) for path in (PATHS.frames, PATHS.measures)
    )
    return frames if os.path.exists(frames) or not os.path.exists(measures) else []


def stage_of_rules():
    """Stage of each rule with a job, in the order of the stages, by the name of its log."""
    stages = {}
    for one in workflow.rules:
        for log in map(str, one.log):
            stages[one.name] = Path(log).relative_to(PATHS.logs).parts[0]
    return {name: stage.removesuffix(".log") for name, stage in stages.items()}


def require_weights():
    """Stop before any job if detection could not load its weights: it comes after all curation.

    What Ultralytics publishes is downloaded here, once and where there is a network.
    """
    # Snakemake does not know its targets yet.
    if not IS_DRY and BEFORE_DETECTION.isdisjoint(sys.argv):
        available_weights(CONFIG.detect.weights, CONFIG.detect.weights_sha256)
