"""Choose viewpoints, and compare the audio with the detections."""


rule choose_viewpoints:
    input:
        measures=PATHS.measures,
        kept=PATHS.kept,
        preview=kept_preview,
        detections=PATHS.detections,
        objects=PATHS.objects,
    output:
        viewpoints=PATHS.viewpoints,
        agreement=PATHS.agreement,
    log:
        f"{PATHS.logs}/viewpoints/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/viewpoints/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("viewpoints"),
        runtime=runtime_minutes("viewpoints"),
    params:
        code=stage_code("viewpoints"),
        settings=CONFIG.viewpoints.model_dump_json(),
        fps=CONFIG.detect.fps,
        seed=CONFIG.seed,
    script:
        "../scripts/viewpoints.py"
