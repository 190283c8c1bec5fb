"""Detect objects in the frames of kept clips."""


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
        settings=CONFIG.detect.model_dump_json(),
    script:
        "../scripts/detect.py"
