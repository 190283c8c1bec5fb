"""Evaluate on held-out videos."""


rule evaluate_model:
    input:
        shards=expand(FEATURES, shard=SHARDS),
        model=MODEL,
    output:
        EVALUATION,
    log:
        f"{LOG}/evaluate/{{experiment}}_{{task}}.log",
    benchmark:
        f"{COST}/evaluate/{{experiment}}_{{task}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    params:
        code=code_version("foa360.stages.evaluate.stage"),
        settings=CONFIG.evaluate.model_dump_json(),
        seed=CONFIG.seed,
    script:
        "../scripts/evaluate.py"
