"""Join the decisions of each synchronisation experiment over its seeds."""

SYNCHRONISATION_FIGURES = expand(
    PATHS.evaluation,
    experiment=SYNCHRONISATIONS,
    task=["synchronisation", "localisation"],
)


rule pool_synchronisation:
    input:
        decisions=lambda wildcards: of_seeds(PATHS.decisions, wildcards.experiment),
    output:
        [
            report(
                PATHS.evaluation.replace("{task}", task),
                caption="../workflow/report/metrics.rst",
                category="Evaluation",
                labels={"experiment": "{experiment}", "evaluation": task},
            )
            for task in ("synchronisation", "localisation")
        ],
    log:
        f"{PATHS.logs}/synchronise_pool/{{experiment}}.log",
    wildcard_constraints:
        experiment="|".join(SYNCHRONISATIONS) or NO_NAME,
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("synchronise_pool"),
        seeds=lambda wildcards: list(seeds(wildcards.experiment)),
    script:
        "../scripts/synchronise_pool.py"
