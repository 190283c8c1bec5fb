"""Compare all experiments with one another."""


rule compare_experiments:
    input:
        decisions=of_experiments(PATHS.decisions),
    output:
        comparison=PATHS.comparison,
    log:
        f"{PATHS.logs}/compare.log",
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("compare"),
        experiments=list(EXPERIMENTS),
    script:
        "../scripts/compare.py"
