"""Classify the acoustic scenes of EigenScape with a trained network."""


rule classify_eigenscape:
    input:
        model=PATHS.model,
    output:
        rows=PATHS.downstream_part.replace("{part}", "eigenscape"),
    log:
        f"{PATHS.logs}/eigenscape/{{experiment}}/{{seed}}.log",
    benchmark:
        f"{PATHS.costs}/eigenscape/{{experiment}}/{{seed}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    threads: 2
    resources:
        mem_mb=network_mb,
        runtime=transfer_minutes,
    params:
        code=stage_code("eigenscape"),
        folder=str(DATA_FOLDERS.get("eigenscape", "")),
        features=CONFIG.features.model_dump_json(
            include={"sample_rate", "n_fft", "hop", "n_mels"}
        ),
        segment_seconds=CONFIG.downstream.segment_seconds,
        seed=CONFIG.seed,
    script:
        "../scripts/eigenscape.py"
