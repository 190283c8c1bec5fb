"""Compare masks of test videos with the truth, with their own sound and with others."""


rule evaluate_masks:
    input:
        model=PATHS.model,
    output:
        masks=PATHS.masks,
        examples=report(
            PATHS.mask_examples,
            caption="../workflow/report/masks.rst",
            category="Evaluation",
            labels={"experiment": "{experiment}", "evaluation": "masks, seed {seed}"},
        ),
    log:
        f"{PATHS.logs}/segment_masks/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/segment_masks/{{experiment}}/{{seed}}.tsv"
    wildcard_constraints:
        experiment="|".join(SEGMENTATIONS) or NO_NAME,
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=segmentation_mb,
        runtime=segmentation_minutes,
    params:
        code=stage_code("segment_masks"),
        folder=lambda wildcards: SEGMENTATIONS[wildcards.experiment].folder,
        seed=CONFIG.seed,
    script:
        "../scripts/segment_masks.py"
