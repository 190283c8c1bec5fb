"""Write the embeddings of a list of clips."""


rule write_embeddings:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        clips=CONFIG.embeddings or [],
        model=PATHS.model,
    output:
        embeddings=PATHS.embeddings,
    log:
        f"{PATHS.logs}/embeddings/{{experiment}}/{{seed}}.log",
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,
        runtime=evaluation_minutes,
    params:
        code=stage_code("embeddings"),
        shards=list(SHARDS),
    script:
        "../scripts/embeddings.py"
