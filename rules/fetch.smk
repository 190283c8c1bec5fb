"""Bring media here: render the demo, download, or look at local files."""


rule render_shard:
    input:
        plan=ancient(PLAN),
    output:
        truth=TRUTH,
    log:
        f"{LOG}/render/{{shard}}.log",
    benchmark:
        f"{COST}/render/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.render.stage"),
        shard=shard_digest,
        seed=CONFIG.seed,
        source=[s.model_dump_json() for s in CONFIG.sources if s.kind == "demo"],
    script:
        "../scripts/render.py"


rule fetch_shard:
    input:
        plan=ancient(PLAN),
        demo=demo_truth,
        before=ancient(shard_before),
    output:
        FETCH,
    log:
        f"{LOG}/fetch/{{shard}}.log",
    benchmark:
        f"{COST}/fetch/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.fetch.stage"),
        shard=shard_digest,
        cache=CACHE,
        max_gb=CONFIG.cache.max_gb,
    script:
        "../scripts/fetch.py"
