"""One page that shows what came out."""


rule write_report:
    input:
        plan=ancient(PLAN),
        fetch=expand(FETCH, shard=SHARDS),
        curation=expand(CURATION, shard=SHARDS),
        detections=expand(DETECTIONS, shard=SHARDS),
        agreement=expand(AGREEMENT, shard=SHARDS),
        features=expand(FEATURES, shard=SHARDS),
        models=expand(MODEL, experiment=EXPERIMENTS),
        evaluations=EVALUATIONS,
    output:
        report=REPORT,
        summary=SUMMARY,
    log:
        f"{LOG}/report.log",
    benchmark:
        f"{COST}/report.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    params:
        code=code_version("foa360.stages.report.stage"),
        config=CONFIG.model_dump_json(exclude={"fetch"}),
    script:
        "../scripts/report.py"
