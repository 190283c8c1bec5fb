"""Train the experiments, each from all its seeds."""


rule train_model:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        subsets=training_subsets,
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
        f"{PATHS.logs}/train/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/train/{{experiment}}/{{seed}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,  # of each node
        runtime=training_minutes,
        # None of these for one node. `mpi`: the job starts the tasks itself, by srun.
        nodes=several_nodes,
        tasks=several_nodes,
        mpi=lambda wildcards: several_nodes(wildcards) and "srun",
        tasks_per_gpu=lambda wildcards: several_nodes(wildcards) and 0,
        # No parameter: it changes no result.
        workers=lambda wildcards: TRAINING[wildcards.experiment].workers,
    params:
        code=stage_code("train"),
        experiment=lambda wildcards: EXPERIMENTS[wildcards.experiment].model_dump_json(
            exclude={"train", "seeds"}
        ),
        settings=training_settings,
        shards=list(SHARDS),
    script:
        "../scripts/train.py"
