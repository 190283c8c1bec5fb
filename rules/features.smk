"""Precompute what training reads: one HDF5 file per shard."""


rule write_features:
    input:
        plan=ancient(PATHS.plan),
        fetch=PATHS.fetch,
        curation=PATHS.curation,
        viewpoints=PATHS.viewpoints,
    output:
        shard=PATHS.features,
        checksum=PATHS.checksum,
    log:
        f"{PATHS.logs}/features/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/features/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=stage_code("features"),
        settings=CONFIG.features.model_dump_json(),
    script:
        "../scripts/features.py"
