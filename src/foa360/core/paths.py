"""Path of every file that a run of the workflow writes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RunPaths:
    """Paths with the wildcards `{shard}`, `{experiment}` and `{task}`."""

    results: str
    cache: str
    plan: str
    truth: str
    fetch: str
    curation: str
    detections: str
    objects: str
    viewpoints: str
    agreement: str
    features: str
    checksum: str
    model: str
    curves: str
    evaluation: str
    report: str
    summary: str
    logs: str
    costs: str


def run_paths(results: str, cache: str) -> RunPaths:
    """Lay out a run below the folders `results` and `cache` of the configuration."""
    results = results.rstrip("/")
    cache = cache.rstrip("/")
    return RunPaths(
        results=results,
        cache=cache,
        plan=f"{results}/plan/shards.parquet",
        truth=f"{cache}/demo/{{shard}}.json",
        fetch=f"{results}/fetch/{{shard}}.parquet",
        curation=f"{results}/curation/{{shard}}.parquet",
        detections=f"{results}/detections/{{shard}}.parquet",
        objects=f"{results}/objects/{{shard}}.parquet",
        viewpoints=f"{results}/viewpoints/{{shard}}.parquet",
        agreement=f"{results}/agreement/{{shard}}.parquet",
        features=f"{results}/features/{{shard}}.h5",
        checksum=f"{results}/features/{{shard}}.h5.sha256",
        model=f"{results}/models/{{experiment}}/model.pt",
        curves=f"{results}/models/{{experiment}}/curves.csv",
        evaluation=f"{results}/evaluation/{{experiment}}/{{task}}.json",
        report=f"{results}/report/index.html",
        summary=f"{results}/report/summary.txt",
        logs=f"{results}/logs",
        costs=f"{results}/cost",
    )
