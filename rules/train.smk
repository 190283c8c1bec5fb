"""Train audio-visual correspondence (AVC), and from its weights spatial alignment (AVSA)."""

EXPERIMENTS = ["avc", "avsa"]
#: Experiments that start from the weights of another.
STARTS_FROM = {"avsa": "avc"}


rule train_model:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        init=lambda wildcards: expand(
            PATHS.model, experiment=STARTS_FROM.get(wildcards.experiment, [])
        ),
    output:
        model=PATHS.model,
        curves=PATHS.curves,
    log:
        f"{PATHS.logs}/train/{{experiment}}.log",
    benchmark:
        f"{PATHS.costs}/train/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    params:
        code=stage_code("train"),
        settings=CONFIG.train.model_dump_json(),
        seed=CONFIG.seed,
    script:
        "../scripts/train.py"
