"""Figures of the data sets that trained networks are transferred to, over splits and seeds."""

DOWNSTREAM = expand(
    PATHS.downstream,
    experiment=CONFIG.downstream.experiments or EXPERIMENTS,
    data=DATA_FOLDERS,
)
if "eigenscape" in DATA_FOLDERS:
    DOWNSTREAM.append(PATHS.scene_mixtures_figures)


rule pool_downstream:
    input:
        rows=lambda wildcards: of_seeds(
            PATHS.downstream_part, wildcards.experiment, part=PARTS[wildcards.data]
        ),
    output:
        figures=PATHS.downstream,
    log:
        f"{PATHS.logs}/downstream/{{experiment}}/{{data}}.log",
    wildcard_constraints:
        data="|".join(PARTS),
    # Seconds of work: on a cluster, no job of its own.
    localrule: True
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=report_mb,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        code=stage_code("downstream"),
        seeds=lambda wildcards: list(seeds(wildcards.experiment)),
    script:
        "../scripts/downstream.py"
