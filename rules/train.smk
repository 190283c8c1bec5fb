"""Train audio-visual correspondence (AVC), and from its weights spatial alignment (AVSA)."""


rule train_model:
    input:
        shards=expand(FEATURES, shard=SHARDS),
        init=initial_model,
    output:
        model=MODEL,
        curves=CURVES,
    log:
        f"{LOG}/train/{{experiment}}.log",
    benchmark:
        f"{COST}/train/{{experiment}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    params:
        code=code_version("foa360.stages.train.stage"),
        settings=CONFIG.train.model_dump_json(),
        seed=CONFIG.seed,
    script:
        "../scripts/train.py"
