"""Download media into the cache, or find local files."""


def rendered_truth(wildcards):
    """Return the truth of a shard of the demo, whose media are rendered; others have none."""
    return PATHS.truth if SHARDS[wildcards.shard].kind == "demo" else []


def features_of_shard_before(wildcards):
    """With a budget for the cache, media are fetched when those of the shard before are used."""
    names = list(SHARDS)
    number = names.index(wildcards.shard)
    if CONFIG.cache.max_gb is None or number == 0:
        return []
    return PATHS.features.format(shard=names[number - 1])


rule fetch_shard:
    input:
        plan=ancient(PATHS.plan),
        demo=rendered_truth,
        before=ancient(features_of_shard_before),
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
