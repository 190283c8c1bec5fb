"""Write one page of results, and a summary."""


rule write_report:
    input:
        plan=ancient(PATHS.plan),
        fetch=expand(PATHS.fetch, shard=SHARDS),
        curation=expand(PATHS.curation, shard=SHARDS),
        detections=expand(PATHS.detections, shard=SHARDS),
        agreement=expand(PATHS.agreement, shard=SHARDS),
        features=expand(PATHS.features, shard=SHARDS),
        models=expand(PATHS.model, experiment=EXPERIMENTS),
        evaluations=EVALUATIONS,
    output:
        report=PATHS.report,
        summary=PATHS.summary,
    log:
        f"{PATHS.logs}/report.log",
    benchmark:
        f"{PATHS.costs}/report.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=stage_code("report"),
        config=CONFIG.model_dump_json(exclude={"fetch"}),
    script:
        "../scripts/report.py"
