"""Join the figures of each experiment over its seeds."""

EVALUATIONS = expand(PATHS.evaluation, experiment=EXPERIMENTS, task=EVALUATION_NAMES)


rule pool_seeds:
    input:
        decisions=lambda wildcards: of_seeds(PATHS.decisions, wildcards.experiment),
        metrics=lambda wildcards: of_seeds(
            PATHS.seed_evaluation, wildcards.experiment, task=EVALUATION_NAMES
        ),
    output:
        [
            report(
                path,
                caption="../workflow/report/metrics.rst",
                category="Evaluation",
                labels={"experiment": "{experiment}", "evaluation": task},
            )
            for task in EVALUATION_NAMES
            for path in expand(PATHS.evaluation, task=task, allow_missing=True)
        ],
    log:
        f"{PATHS.logs}/pool/{{experiment}}.log",
    # Seconds of work: on a cluster, no job of its own.
    localrule: True
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("pool"),
        seeds=lambda wildcards: list(seeds(wildcards.experiment)),
    script:
        "../scripts/pool.py"
