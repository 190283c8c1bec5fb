"""Classify the acoustic scenes of EigenScape without a network, for comparison."""

from foa360.config.downstream import BASELINES


rule classify_by_mixtures:
    output:
        rows=PATHS.scene_mixtures,
        figures=PATHS.scene_mixtures_figures,
    log:
        f"{PATHS.logs}/scene_mixtures.log",
    benchmark:
        f"{PATHS.costs}/scene_mixtures.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=stage_code("scene_mixtures"),
        folder=str(DATA_FOLDERS.get("eigenscape", "")),
        features=CONFIG.features.model_dump_json(
            include={"sample_rate", "n_fft", "hop", "n_mels"}
        ),
        segment_seconds=CONFIG.downstream.segment_seconds,
        seed=CONFIG.seed,
        name=BASELINES,
    script:
        "../scripts/scene_mixtures.py"
