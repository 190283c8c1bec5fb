"""Join the masks of each segmentation experiment over its seeds."""

SEGMENTATION_FIGURES = expand(PATHS.segmentation, experiment=SEGMENTATIONS)


rule pool_masks:
    input:
        masks=lambda wildcards: of_seeds(PATHS.masks, wildcards.experiment),
    output:
        figures=report(
            PATHS.segmentation,
            caption="../workflow/report/segmentation.rst",
            category="Evaluation",
            labels={"experiment": "{experiment}", "evaluation": "segmentation"},
        ),
    log:
        f"{PATHS.logs}/segment_pool/{{experiment}}.log",
    wildcard_constraints:
        experiment="|".join(SEGMENTATIONS) or NO_NAME,
    # Seconds of work: on a cluster, no job of its own.
    localrule: True
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("segment_pool"),
        seeds=lambda wildcards: list(seeds(wildcards.experiment)),
    script:
        "../scripts/segment_pool.py"
