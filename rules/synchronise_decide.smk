"""Let networks decide about held-out videos: is the audio aligned or shifted?"""


rule decide_synchronisation:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        subsets=PATHS.subsets,
        model=PATHS.model,
    output:
        decisions=PATHS.decisions,
        maps=report(
            PATHS.sound_maps,
            caption="../workflow/report/sound_maps.rst",
            category="Evaluation",
            labels={"experiment": "{experiment}", "evaluation": "maps, seed {seed}"},
        ),
    log:
        f"{PATHS.logs}/synchronise_decide/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/synchronise_decide/{{experiment}}/{{seed}}.tsv"
    wildcard_constraints:
        experiment="|".join(SYNCHRONISATIONS) or NO_NAME,
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=synchronisation_mb,
        runtime=synchronisation_minutes,
    params:
        code=stage_code("synchronise_decide"),
        pairs=CONFIG.evaluate.pairs,
        seed=CONFIG.seed,
        shards=list(SHARDS),
    script:
        "../scripts/synchronise_decide.py"
