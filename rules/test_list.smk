"""Draw what evaluations compare, once for all experiments."""


rule write_test_list:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        subsets=PATHS.subsets,
    output:
        test_list=PATHS.test_list,
    log:
        f"{PATHS.logs}/test_list.log",
    benchmark:
        f"{PATHS.costs}/test_list.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=stage_code("test_list"),
        settings=CONFIG.evaluate.model_dump_json(include={"pairs", "fit_pairs"}),
        max_elevation=CONFIG.train.max_elevation,
        seed=CONFIG.seed,
        shards=list(SHARDS),
    script:
        "../scripts/test_list.py"
