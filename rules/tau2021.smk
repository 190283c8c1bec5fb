"""Classify the scenes of TAU Urban Audio-Visual Scenes 2021 with a trained network."""


rule classify_tau2021:
    input:
        model=PATHS.model,
    output:
        rows=PATHS.downstream_part.replace("{part}", "tau2021"),
    log:
        f"{PATHS.logs}/tau2021/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/tau2021/{{experiment}}/{{seed}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,
        runtime=transfer_minutes,
    params:
        code=stage_code("tau2021"),
        folder=str(DATA_FOLDERS.get("tau2021", "")),
        features=CONFIG.features.model_dump_json(
            include={"sample_rate", "n_fft", "hop", "n_mels"}
        ),
        settings=CONFIG.downstream.model_dump_json(
            include={"epochs", "batch", "learning_rate", "scene_epochs"}
        ),
        seed=CONFIG.seed,
    script:
        "../scripts/tau2021.py"
