"""Section `detect` of the configuration: object detection on the sphere."""

from typing import Literal

from pydantic import Field

from foa360.config.section import Section


class Detect(Section):
    """Detection with Ultralytics on equirectangular frames."""

    mode: Literal["erp", "erp_wrap", "tangent"] = Field(
        "erp",
        description="what the network sees: the frame (erp, as in Wang et al. 2022), the frame"
        " continued beyond the seam (erp_wrap), or 48 perspective views of the sphere (tangent)",
    )

    weights: str = Field(
        "demo", description="demo (bundled), a path, or a name that Ultralytics fetches: yolo11n.pt"
    )
    fps: float = Field(1.0, gt=0, le=60, description="frames per second that are looked at")
    image_size: int = Field(
        640,
        ge=64,
        multiple_of=32,
        description="width of the frame (erp, erp_wrap) or of a view (tangent), pixels",
    )
    backend: Literal["torch", "onnx"] = Field(
        "torch",
        description="onnx: on a CPU, use ONNX Runtime (pip install 'foa360[onnx]')",
    )
    confidence: float = Field(0.25, gt=0, lt=1, description="boxes below this score are dropped")
