"""Find objects in the frames of kept clips, compare them with the sound, choose where to look."""


rule detect_shard:
    input:
        plan=ancient(PLAN),
        fetch=FETCH,
        curation=CURATION,
    output:
        detections=DETECTIONS,
        objects=OBJECTS,
    log:
        f"{LOG}/detect/{{shard}}.log",
    benchmark:
        f"{COST}/detect/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.detect.stage"),
        settings=CONFIG.detect.model_dump_json(),
    script:
        "../scripts/detect.py"


rule choose_viewpoints:
    input:
        plan=ancient(PLAN),
        fetch=FETCH,
        curation=CURATION,
        detections=DETECTIONS,
        objects=OBJECTS,
    output:
        viewpoints=VIEWPOINTS,
        agreement=AGREEMENT,
    log:
        f"{LOG}/viewpoints/{{shard}}.log",
    benchmark:
        f"{COST}/viewpoints/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.viewpoints.stage"),
        settings=CONFIG.viewpoints.model_dump_json(),
        fps=CONFIG.detect.fps,
        seed=CONFIG.seed,
    script:
        "../scripts/viewpoints.py"
