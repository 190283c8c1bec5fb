"""Set published figures beside those of the experiments."""


rule join_published:
    input:
        evaluations=[
            *EVALUATIONS,
            *DOWNSTREAM,
            *SEGMENTATION_FIGURES,
            *SYNCHRONISATION_FIGURES,
        ],
    output:
        published=report(
            PATHS.published,
            caption="../workflow/report/published.rst",
            category="Evaluation",
            labels={"experiment": "all", "evaluation": "published figures"},
        ),
    log:
        f"{PATHS.logs}/published.log",
    # Seconds of work: on a cluster, no job of its own.
    localrule: True
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("published"),
        sources=sorted({source.kind for source in CONFIG.sources}),
        experiments=[*EXPERIMENTS, *OTHER_EXPERIMENTS],
    script:
        "../scripts/published.py"
