"""Download media into the cache, or find local files."""


rule fetch_shard:
    input:
        plan=ancient(PLAN),
        demo=lambda wildcards: (
            PATHS.truth if SHARDS[wildcards.shard].kind == "demo" else []
        ),
        again=asked_again,
        before=ancient(shard_before),
    output:
        PATHS.fetch,
    log:
        f"{PATHS.logs}/fetch/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/fetch/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("fetch"),
        runtime=runtime_minutes("fetch"),
        downloads=1,  # `--resources downloads=2`: so many at a time, on all nodes
    params:
        code=stage_code("fetch"),
        media=media_digest,
        files=files_digest,
        cache=PATHS.cache,
    script:
        "../scripts/fetch.py"
