"""What all rules share: where everything lies, the shards, and how rules are parameterised."""

import time
from pathlib import Path

from foa360.digest import code_version
from foa360.plan import shard_index, write_plan
from foa360.sources.ledger import ask_again

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


wildcard_constraints:
    shard=r"s\d+",
    experiment="|".join(EXPERIMENTS),
    task="avc|avsa|probe",


# The plan is made before the jobs are known, hence not by a job; the file changes only when its
# content does. Jobs on a cluster read what the main process has planned.
if workflow.is_main_process:
    try:
        write_plan(CONFIG, Path(PLAN))
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    # What failed for a reason that may have passed is asked for again by every run.
    if not workflow.dryrun:
        ask_again(Path(RESULTS) / "fetch", Path(CACHE))
SHARDS = shard_index(Path(PLAN))


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


def say_summary(path):
    """Print what this run found, if it came as far as the report."""
    if Path(path).exists() and Path(path).stat().st_mtime >= BEGIN:
        print(Path(path).read_text(encoding="utf-8"))
