"""Divide the kept clips by their energy ratio: subsets to train on, and to test apart."""


rule divide_clips:
    input:
        kept=expand(PATHS.kept, shard=SHARDS),
        preview=[str(files.kept) for files in PREVIEWS.values()],
    output:
        subsets=PATHS.subsets,
    log:
        f"{PATHS.logs}/subsets.log",
    benchmark:
        f"{PATHS.costs}/subsets.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        code=stage_code("subsets"),
        tau=CONFIG.curate.tau,
        seed=CONFIG.seed,
        shards=list(SHARDS),
    script:
        "../scripts/subsets.py"
