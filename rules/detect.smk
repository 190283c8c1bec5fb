"""Detect objects in the frames of kept clips: all boxes above a low score."""

import sys

from foa360.stages.detect.weights import available_weights
from foa360.stages.detect.weights_digest import weights_digest

#: Targets without detections.
BEFORE_DETECTION = {"fetch", "curate"}


def require_weights():
    """Stop before any job if detection could not load its weights: it comes after all curation.

    What Ultralytics publishes is downloaded here, once and where there is a network.
    """
    # Snakemake does not know its targets yet.
    if not IS_DRY and BEFORE_DETECTION.isdisjoint(sys.argv):
        available_weights(CONFIG.detect.weights, CONFIG.detect.weights_sha256)


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
