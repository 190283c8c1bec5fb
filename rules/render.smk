"""Render the videos of the embedded demo."""


rule render_shard:
    input:
        plan=ancient(PLAN),
    output:
        truth=PATHS.truth,
    log:
        f"{PATHS.logs}/render/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/render/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("render"),
        runtime=runtime_minutes("render"),
    params:
        code=stage_code("render"),
        media=media_digest,
        seed=CONFIG.seed,
        source=[s.model_dump_json() for s in CONFIG.sources if s.kind == "demo"],
    script:
        "../scripts/render.py"
