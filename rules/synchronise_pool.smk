"""Join the decisions of each synchronisation experiment over its seeds."""

SYNCHRONISATION_FIGURES = expand(PATHS.synchronisation, experiment=SYNCHRONISATIONS)


rule pool_synchronisation:
    input:
        decisions=lambda wildcards: of_seeds(PATHS.decisions, wildcards.experiment),
    output:
        figures=report(
            PATHS.synchronisation,
            caption="../workflow/report/metrics.rst",
            category="Evaluation",
            labels={"experiment": "{experiment}", "evaluation": "synchronisation"},
        ),
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
