"""Measure every clip and sample its frames, then judge it with reasons: all that needs media."""


rule measure_shard:
    input:
        plan=ancient(PLAN),
        fetch=PATHS.fetch,
    output:
        measures=PATHS.measures,
        frames=temp(PATHS.frames),
        curation=PATHS.curation,
        kept=PATHS.kept,
    log:
        f"{PATHS.logs}/measure/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/measure/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("measure"),
        runtime=runtime_minutes("measure"),
    params:
        code=stage_code("measure"),
        clips=clips_digest,
        cutoff_hz=CONFIG.curate.cutoff_hz,
        map_fps=CONFIG.detect.fps,
        max_pixels=CONFIG.curate.max_pixels,
    script:
        "../scripts/measure.py"
