"""Path of every file that a run of the workflow writes."""

from dataclasses import dataclass
from pathlib import PurePath

#: Stages with a job, a log and a cost per shard.
SHARD_STAGES = ("render", "fetch", "measure", "detect", "track", "viewpoints", "features")


@dataclass(frozen=True, kw_only=True)
class RunPaths:
    """Paths with the wildcards `{shard}`, `{experiment}`, `{seed}`, `{task}`, `{data}`, `{part}`.

    A part is a data set, followed by `_` and the number of a split where each is a job of its own.
    """

    results: str
    cache: str
    plan: str
    truth: str
    fetch: str
    again: str
    measures: str
    frames: str
    curation: str
    kept: str
    boxes: str
    detections: str
    objects: str
    viewpoints: str
    agreement: str
    features: str
    checksum: str
    subsets: str
    test_list: str
    model: str
    curves: str
    seed_evaluation: str
    decisions: str
    evaluation: str
    comparison: str
    masks: str
    mask_examples: str
    segmentation: str
    sound_maps: str
    downstream_part: str
    downstream: str
    scene_mixtures: str
    scene_mixtures_figures: str
    embeddings: str
    published: str
    report: str
    report_data: str
    clips_parquet: str
    clips_csv: str
    summary: str
    summary_json: str
    logs: str
    costs: str

    def of_shard(self, shard: str) -> list[str]:
        """Return the paths of all results that the workflow writes of one shard."""
        results = [str(path) for path in vars(self).values() if str(path) != self.truth]
        outputs = [path for path in results if "{shard}" in path]
        for output in (self.measures, self.boxes, self.features):
            outputs.append(str(PurePath(output).with_suffix(".partial")))  # see PartialFiles
        for stage in SHARD_STAGES:
            outputs.append(f"{self.logs}/{stage}/{{shard}}.log")
            outputs.append(f"{self.costs}/{stage}/{{shard}}.tsv")
        return [path.replace("{shard}", shard) for path in outputs]


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
        again=f"{results}/fetch/{{shard}}.again",
        measures=f"{results}/measures/{{shard}}.parquet",
        frames=f"{results}/frames/{{shard}}.h5",
        curation=f"{results}/curation/{{shard}}.parquet",
        kept=f"{results}/kept/{{shard}}.parquet",
        boxes=f"{results}/boxes/{{shard}}.parquet",
        detections=f"{results}/detections/{{shard}}.parquet",
        objects=f"{results}/objects/{{shard}}.parquet",
        viewpoints=f"{results}/viewpoints/{{shard}}.parquet",
        agreement=f"{results}/agreement/{{shard}}.parquet",
        features=f"{results}/features/{{shard}}.h5",
        checksum=f"{results}/features/{{shard}}.h5.sha256",
        subsets=f"{results}/subsets.parquet",
        test_list=f"{results}/evaluation/test_list.parquet",
        model=f"{results}/models/{{experiment}}/{{seed}}/model.pt",
        curves=f"{results}/models/{{experiment}}/{{seed}}/curves.csv",
        seed_evaluation=f"{results}/evaluation/{{experiment}}/{{seed}}/{{task}}.json",
        decisions=f"{results}/evaluation/{{experiment}}/{{seed}}/decisions.parquet",
        evaluation=f"{results}/evaluation/{{experiment}}/{{task}}.json",
        masks=f"{results}/evaluation/{{experiment}}/{{seed}}/masks.parquet",
        mask_examples=f"{results}/evaluation/{{experiment}}/{{seed}}/masks.png",
        segmentation=f"{results}/evaluation/{{experiment}}/segmentation.json",
        sound_maps=f"{results}/evaluation/{{experiment}}/{{seed}}/sound_maps.png",
        downstream_part=f"{results}/downstream/{{experiment}}/{{seed}}/{{part}}.parquet",
        downstream=f"{results}/downstream/{{experiment}}/{{data}}.json",
        scene_mixtures=f"{results}/downstream/baselines/eigenscape.parquet",
        scene_mixtures_figures=f"{results}/downstream/baselines/eigenscape.json",
        embeddings=f"{results}/embeddings/{{experiment}}/{{seed}}.parquet",
        published=f"{results}/evaluation/published.csv",
        comparison=f"{results}/evaluation/comparison.parquet",
        report=f"{results}/report/index.html",
        report_data=f"{results}/report/data",
        clips_parquet=f"{results}/report/clips.parquet",
        clips_csv=f"{results}/report/clips.csv",
        summary=f"{results}/report/summary.txt",
        summary_json=f"{results}/report/summary.json",
        logs=f"{results}/logs",
        costs=f"{results}/cost",
    )
