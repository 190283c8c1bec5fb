"""Download media into the cache, or find local files."""


rule fetch_shard:
    input:
        plan=ancient(PATHS.plan),
        demo=lambda wildcards: (
            PATHS.truth if SHARDS[wildcards.shard].kind == "demo" else []
        ),
        before=ancient(shard_before),
    output:
        PATHS.fetch,
    log:
        f"{PATHS.logs}/fetch/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/fetch/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=stage_code("fetch"),
        media=media_digest,
        cache=PATHS.cache,
    script:
        "../scripts/fetch.py"
