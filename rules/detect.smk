"""Detect objects in the frames of kept clips: all boxes above a low score."""

from foa360.stages.detect.weights_digest import weights_digest

try:
    require_weights()
except OSError as error:
    raise WorkflowError(f"detect.weights: {error_text(error)}") from None


rule detect_shard:
    input:
        plan=ancient(PLAN),
        fetch=PATHS.fetch,
        kept=PATHS.kept,
        preview=kept_preview,
        frames=sampled_frames,
    output:
        boxes=PATHS.boxes,
    log:
        f"{PATHS.logs}/detect/{{shard}}.log",
    benchmark:
        f"{PATHS.costs}/detect/{{shard}}.tsv"
    conda:
        "../workflow/envs/foa360.yaml"
    resources:
        mem_mb=memory_mb("detect"),
        runtime=runtime_minutes("detect"),
    params:
        code=stage_code("detect"),
        settings=CONFIG.detect.model_dump_json(
            exclude={"weights", "weights_sha256", "confidence"}
        ),
        threshold=CONFIG.detect.stored_threshold,
        weights=weights_digest(CONFIG.detect.weights),
    script:
        "../scripts/detect.py"
