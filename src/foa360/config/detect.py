"""Section `detect` of the configuration: object detection on the sphere."""

from typing import Literal

from pydantic import Field

from foa360.config.section import PathText, Section

#: The only kind of file of weights that is loaded, as tensors.
WEIGHTS_SUFFIX = ".pt"
#: Boxes with a greater score than this are stored: a greater confidence needs no network.
STORED_SCORE = 0.05
#: Boxes of the network are used from this share of the confidence on: in `tangent`, a score is the
#: mean over several views, and that of low ones may pass.
THRESHOLD_FACTORS = {"erp": 1.0, "erp_wrap": 1.0, "tangent": 0.3}


class Detect(Section):
    """How objects are detected in equirectangular frames, with a detector of Ultralytics."""

    mode: Literal["erp", "erp_wrap", "tangent"] = Field(
        "erp",
        description="Input of the detector: the whole frame (erp, as in Wang et al. 2022), the"
        " frame continued beyond the seam (erp_wrap), or 48 perspective views of the sphere"
        " (tangent)",
    )
    weights: PathText = Field(
        "demo",
        description="Weights of the detector: demo (bundled), a path, or the name of a model that"
        " Ultralytics downloads, such as yolo11n.pt",
    )
    weights_sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the file of weights; if set, no other content is loaded, also of"
        " what Ultralytics downloads by name",
    )
    fps: float = Field(1.0, gt=0, le=60, description="Rate of the analysed frames, 1/s")
    image_size: int = Field(
        640,
        ge=64,
        multiple_of=32,
        description="Width of the frame (erp, erp_wrap) or of a view (tangent), pixels",
    )
    backend: Literal["torch", "onnx"] = Field(
        "torch",
        description="Inference library; onnx selects ONNX Runtime on a CPU"
        " (pip install 'foa360[onnx]')",
    )
    confidence: float = Field(
        0.25, gt=0, lt=1, description="Minimum score of a detection; lower ones are dropped"
    )

    @property
    def box_threshold(self) -> float:
        """Score above which a box of the network is used."""
        return self.confidence * THRESHOLD_FACTORS[self.mode]

    @property
    def stored_threshold(self) -> float:
        """Score above which a box of the network is stored."""
        return min(STORED_SCORE, self.box_threshold)
