"""Detections above `detect.confidence` on the sphere, and the objects that they form."""


rule track_objects:
    input:
        kept=PATHS.kept,
        preview=kept_preview,
        boxes=PATHS.boxes,
    output:
        detections=PATHS.detections,
        objects=PATHS.objects,
    log:
        f"{PATHS.logs}/track/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/track/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("track"),
        runtime=runtime_minutes("track"),
    params:
        code=stage_code("track"),
        settings=CONFIG.detect.model_dump_json(include={"mode", "confidence"}),
    script:
        "../scripts/track.py"
