"""Evaluate on held-out videos."""

EVALUATIONS = [
    PATHS.evaluation.format(experiment="avc", task="avc"),
    PATHS.evaluation.format(experiment="avsa", task="avsa"),
    PATHS.evaluation.format(experiment="avsa", task="avc"),
    PATHS.evaluation.format(experiment="avc", task="probe"),
    PATHS.evaluation.format(experiment="avsa", task="probe"),
]


rule evaluate_model:
    input:
        shards=expand(PATHS.features, shard=SHARDS),
        model=PATHS.model,
    output:
        PATHS.evaluation,
    log:
        f"{PATHS.logs}/evaluate/{{experiment}}_{{task}}.log",
    benchmark:
        f"{PATHS.costs}/evaluate/{{experiment}}_{{task}}.tsv"
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
        task="avc|avsa|probe",
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    params:
        code=stage_code("evaluate"),
        settings=CONFIG.evaluate.model_dump_json(),
        seed=CONFIG.seed,
    script:
        "../scripts/evaluate.py"
