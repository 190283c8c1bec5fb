"""What all rules share: where everything lies, the shards, and how rules are parameterised."""

import re
import sys
import time
from pathlib import Path

from foa360.core.digest import code_version
from foa360.stages.plan.stage import shard_index
from foa360.stages.plan.stage import write_plan
from foa360.shards.format import bytes_per_clip
from foa360.stages.fetch.ledger import ask_again
from foa360.stages.plan.takedown import erase

RESULTS = CONFIG.results.rstrip("/")
CACHE = CONFIG.cache.path.rstrip("/")
PLAN = f"{RESULTS}/plan/shards.parquet"
TRUTH = f"{CACHE}/demo/{{shard}}.json"
FETCH = f"{RESULTS}/fetch/{{shard}}.parquet"
CURATION = f"{RESULTS}/curation/{{shard}}.parquet"
DETECTIONS = f"{RESULTS}/detections/{{shard}}.parquet"
OBJECTS = f"{RESULTS}/objects/{{shard}}.parquet"
VIEWPOINTS = f"{RESULTS}/viewpoints/{{shard}}.parquet"
AGREEMENT = f"{RESULTS}/agreement/{{shard}}.parquet"
FEATURES = f"{RESULTS}/features/{{shard}}.h5"
MODEL = f"{RESULTS}/models/{{experiment}}/model.pt"
CURVES = f"{RESULTS}/models/{{experiment}}/curves.csv"
EVALUATION = f"{RESULTS}/evaluation/{{experiment}}/{{task}}.json"
REPORT = f"{RESULTS}/report/index.html"
SUMMARY = f"{RESULTS}/report/summary.txt"
LOG = f"{RESULTS}/logs"
COST = f"{RESULTS}/cost"

EXPERIMENTS = ["avc", "avsa"]
EVALUATIONS = [
    EVALUATION.format(experiment=experiment, task=task)
    for experiment, task in [
        ("avc", "avc"),
        ("avsa", "avsa"),
        ("avsa", "avc"),
        ("avc", "probe"),
        ("avsa", "probe"),
    ]
]
BEGIN = time.time()


def only_looks():
    """Whether Snakemake was asked to say what it would do, or about the workflow.

    While rules are read, `workflow.dryrun` is not known yet.
    """
    words = {"--dry-run", "--dryrun", "--lint", "--summary", "--list-rules", "--unlock"}
    return any(
        word in words
        or re.fullmatch(r"-[a-zA-Z]*[nlSD][a-zA-Z]*", word)
        or word.endswith(("dag", "graph"))
        for word in sys.argv[1:]
        if word.startswith("-")
    )


wildcard_constraints:
    shard=r"s\d+",
    experiment="|".join(EXPERIMENTS),
    task="avc|avsa|probe",


# The plan is made before the jobs are known, hence not by a job; the file changes only when its
# content does. Jobs on a cluster read what the main process has planned.
if workflow.is_main_process:
    try:
        gone = write_plan(CONFIG, Path(PLAN))
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
SHARDS = shard_index(Path(PLAN))

if workflow.is_main_process and not only_looks():
    # What failed for a reason that may have passed is asked for again by every run.
    ask_again(Path(RESULTS) / "fetch", Path(CACHE))
    erase(gone, set(SHARDS), Path(RESULTS), Path(CACHE))


def shard_digest(wildcards):
    """Digest of a shard's rows: a rule runs again for the shards that a changed list touches."""
    return SHARDS[wildcards.shard].digest


def shard_before(wildcards):
    """With a budget for the cache, media are fetched when those of the shard before are used."""
    shards = list(SHARDS)
    number = shards.index(wildcards.shard)
    return (
        FEATURES.format(shard=shards[number - 1])
        if CONFIG.cache.max_gb and number
        else []
    )


def demo_truth(wildcards):
    """The demo's media are rendered, others are already somewhere."""
    return TRUTH if SHARDS[wildcards.shard].kind == "demo" else []


def initial_model(wildcards):
    """AVSA begins with what AVC has learnt."""
    return MODEL.format(experiment="avc") if wildcards.experiment == "avsa" else []


def say_sizes():
    """What a clip's features take, before anything runs."""
    settings, seconds = CONFIG.features, CONFIG.clip.duration
    sizes = bytes_per_clip(settings, CONFIG.viewpoints.count, seconds)
    parts = ", ".join(f"{name} {size / 1e6:.2f}" for name, size in sizes.items())
    said = f"{seconds:g} s: {sum(sizes.values()) / 1e6:.2f} MB ({parts})"
    # Standard output may be a graph that goes to another program.
    print(f"Features of a clip of {said}", file=sys.stderr)


def say_summary(path):
    """Print what this run found, if it came as far as the report."""
    if Path(path).exists() and Path(path).stat().st_mtime >= BEGIN:
        print(Path(path).read_text(encoding="utf-8"))
