"""Train networks that tell aligned from shifted audio."""


rule train_synchronisation:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        init=initial_model,
    output:
        model=PATHS.model,
        curves=report(
            PATHS.curves,
            caption="../workflow/report/curves.rst",
            category="Training",
            labels={"experiment": "{experiment}", "seed": "{seed}"},
        ),
    log:
        f"{PATHS.logs}/synchronise/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/synchronise/{{experiment}}/{{seed}}.tsv"
    wildcard_constraints:
        experiment="|".join(SYNCHRONISATIONS) or NO_NAME,
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=synchronisation_mb,
        runtime=synchronisation_minutes,
    params:
        code=stage_code("synchronise"),
        experiment=lambda wildcards: SYNCHRONISATIONS[
            wildcards.experiment
        ].model_dump_json(exclude={"seeds"}),
        shards=list(SHARDS),
    script:
        "../scripts/synchronise.py"
