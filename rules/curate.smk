"""Measure every clip and judge it, with reasons."""


rule curate_shard:
    input:
        plan=ancient(PLAN),
        fetch=FETCH,
    output:
        CURATION,
    log:
        f"{LOG}/curate/{{shard}}.log",
    benchmark:
        f"{COST}/curate/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.curate.stage"),
        settings=CONFIG.curate.model_dump_json(),
    script:
        "../scripts/curate.py"
