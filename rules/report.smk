"""Write one page of results, and a summary."""


rule write_report:
    input:
        plan=ancient(PLAN),
        fetch=expand(PATHS.fetch, shard=SHARDS),
        curation=expand(PATHS.curation, shard=SHARDS),
        preview=[str(files.curation) for files in PREVIEWS.values()],
        detections=expand(PATHS.detections, shard=SHARDS),
        agreement=expand(PATHS.agreement, shard=SHARDS),
        features=expand(PATHS.features, shard=SHARDS),
        models=of_experiments(PATHS.model)
        + of_experiments(PATHS.model, SYNCHRONISATIONS),
        evaluations=[*EVALUATIONS, *SYNCHRONISATION_FIGURES],
        comparison=PATHS.comparison,
        segmentations=SEGMENTATION_FIGURES,
        segmenter_curves=of_experiments(PATHS.curves, SEGMENTATIONS),
        mask_examples=of_experiments(PATHS.mask_examples, SEGMENTATIONS),
        sound_maps=of_experiments(PATHS.sound_maps, SYNCHRONISATIONS),
        published=PATHS.published,
    output:
        report=report(
            PATHS.report,
            caption="../workflow/report/page.rst",
            category="Report",
            labels={"file": "page"},
        ),
        data=directory(PATHS.report_data),
        parquet=PATHS.clips_parquet,
        csv=PATHS.clips_csv,
        summary=report(
            PATHS.summary,
            caption="../workflow/report/summary.rst",
            category="Report",
            labels={"file": "summary, text"},
        ),
        metrics=report(
            PATHS.summary_json,
            caption="../workflow/report/summary.rst",
            category="Report",
            labels={"file": "summary, JSON"},
        ),
    log:
        f"{PATHS.logs}/report.log",
    benchmark:
        f"{PATHS.costs}/report.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 10 * attempt,
    params:
        code=stage_code("report"),
        shards=list(SHARDS),
        weights=weights_digest(CONFIG.detect.weights),
        costs=PATHS.costs,
        config=CONFIG.model_dump_json(exclude={"fetch"}),
    script:
        "../scripts/report.py"
