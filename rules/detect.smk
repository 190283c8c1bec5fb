"""Find objects in the frames of kept clips, and choose where to look and listen."""


rule detect_shard:
    input:
        plan=ancient(PLAN),
        fetch=FETCH,
        curation=CURATION,
    output:
        DETECTIONS,
    log:
        f"{LOG}/detect/{{shard}}.log",
    benchmark:
        f"{COST}/detect/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.detect.stage"),
        settings=CONFIG.detect.model_dump_json(),
    script:
        "../scripts/detect.py"


rule choose_viewpoints:
    input:
        curation=CURATION,
        detections=DETECTIONS,
    output:
        VIEWPOINTS,
    log:
        f"{LOG}/viewpoints/{{shard}}.log",
    benchmark:
        f"{COST}/viewpoints/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.detect.viewpoints"),
        settings=CONFIG.viewpoints.model_dump_json(),
        seed=CONFIG.seed,
    script:
        "../scripts/viewpoints.py"
