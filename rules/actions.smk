"""Recognise actions in the videos of UCF101 and HMDB51 with a trained network."""


rule recognise_actions:
    input:
        model=PATHS.model,
    output:
        rows=PATHS.downstream_part.replace("{part}", "{data}_{split}"),
    log:
        f"{PATHS.logs}/actions/{{experiment}}/{{seed}}/{{data}}_{{split}}.log",
    benchmark:
        f"{PATHS.costs}/actions/{{experiment}}/{{seed}}/{{data}}_{{split}}.tsv"
    wildcard_constraints:
        data="ucf101|hmdb51",
        split=r"[123]",
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,
        runtime=transfer_minutes,
    params:
        code=stage_code("actions"),
        folder=data_folder,
        settings=CONFIG.downstream.model_dump_json(
            include={"epochs", "batch", "learning_rate", "test_clips"}
        ),
    script:
        "../scripts/actions.py"
