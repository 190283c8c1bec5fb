"""Evaluate each model on held-out videos."""


rule evaluate_model:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        test_list=PATHS.test_list,
        model=PATHS.model,
    output:
        metrics=expand(PATHS.seed_evaluation, task=EVALUATION_NAMES, allow_missing=True),
        decisions=PATHS.decisions,
    log:
        f"{PATHS.logs}/evaluate/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/evaluate/{{experiment}}/{{seed}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,
        runtime=evaluation_minutes,
    params:
        code=stage_code("evaluate"),
        settings=CONFIG.evaluate.model_dump_json(),
        shards=list(SHARDS),
    script:
        "../scripts/evaluate.py"
