"""Measure every clip and judge it, with reasons."""


rule curate_shard:
    input:
        plan=ancient(PATHS.plan),
        fetch=PATHS.fetch,
    output:
        PATHS.curation,
    log:
        f"{PATHS.logs}/curate/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/curate/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=stage_code("curate"),
        clips=clips_digest,
        settings=CONFIG.curate.model_dump_json(),
    script:
        "../scripts/curate.py"
