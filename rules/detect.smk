"""Detect objects in the frames of kept clips."""

from foa360.stages.detect.weights import weights_digest


rule detect_shard:
    input:
        plan=ancient(PATHS.plan),
        fetch=PATHS.fetch,
        curation=PATHS.curation,
    output:
        detections=PATHS.detections,
        objects=PATHS.objects,
    log:
        f"{PATHS.logs}/detect/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/detect/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=stage_code("detect"),
        settings=CONFIG.detect.model_dump_json(exclude={"weights"}),
        weights=weights_digest(CONFIG.detect.weights),
    script:
        "../scripts/detect.py"
