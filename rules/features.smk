"""Precompute what training reads: one HDF5 file per shard."""


rule write_features:
    input:
        plan=ancient(PLAN),
        fetch=FETCH,
        curation=CURATION,
        viewpoints=VIEWPOINTS,
    output:
        shard=FEATURES,
        checksum=f"{FEATURES}.sha256",
    log:
        f"{LOG}/features/{{shard}}.log",
    benchmark:
        f"{COST}/features/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.features.stage"),
        settings=CONFIG.features.model_dump_json(),
    script:
        "../scripts/features.py"
