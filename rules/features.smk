"""Precompute what training reads: one HDF5 file per shard."""


rule write_features:
    input:
        plan=ancient(PLAN),
        fetch=PATHS.fetch,
        kept=PATHS.kept,
        preview=kept_preview,
        viewpoints=PATHS.viewpoints,
        frames=sampled_frames,
    output:
        shard=PATHS.features,
        checksum=PATHS.checksum,
    log:
        f"{PATHS.logs}/features/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/features/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("features"),
        runtime=runtime_minutes("features"),
    params:
        code=stage_code("features"),
        clips=clips_digest,
        settings=CONFIG.features.model_dump_json(),
    script:
        "../scripts/features.py"
