"""Train networks that mark what sounds, on folders of AVSBench."""


rule train_segmentation:
    input:
        init=initial_model,
    output:
        model=PATHS.model,
        curves=report(
            PATHS.curves,
            caption="../workflow/report/curves.rst",
            category="Training",
            labels={"experiment": "{experiment}", "seed": "{seed}"},
        ),
    log:
        f"{PATHS.logs}/segment/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/segment/{{experiment}}/{{seed}}.tsv"
    wildcard_constraints:
        experiment="|".join(SEGMENTATIONS) or NO_NAME,
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=segmentation_mb,
        runtime=segmentation_minutes,
    params:
        code=stage_code("segment"),
        experiment=lambda wildcards: SEGMENTATIONS[
            wildcards.experiment
        ].model_dump_json(exclude={"seeds"}),
        weights=given_weights,
    script:
        "../scripts/segment.py"
