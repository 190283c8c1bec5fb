"""Make `import torchvision` work with a CPU-only PyTorch.

The wheel of torchvision on PyPI is built for CUDA. With a CPU-only PyTorch its compiled operators
do not load, and the import fails when it registers shapes for `torchvision::nms`, which
Ultralytics' `predict` and torchvision's networks need. If the compiled operators are missing,
`nms` is defined here in plain PyTorch; otherwise nothing changes.
"""

import importlib.util
from functools import cache
from pathlib import Path

import torch
from torch import Tensor


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Suppress boxes `(n, 4)` (x1, y1, x2, y2) that overlap better ones.

    Returns indices of the boxes that remain, best score first.
    """
    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    low = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    overlaps = shared > iou_threshold * (area[:, None] + area[None] - shared)
    dropped = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    for i in range(len(boxes)):
        if not dropped[i]:
            dropped[i + 1 :] |= overlaps[i, i + 1 :]
    return order[~dropped]


@cache
def define_missing_operators() -> None:
    """Define the operators that did not load; call before anything imports torchvision."""
    if _compiled_operators_load():
        return
    library = torch.library.Library("torchvision", "FRAGMENT")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define(
        "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    )  # only named by torchvision, never called
    library.impl("nms", nms, "CPU")
    _LIBRARIES.append(library)
    import torchvision.extension

    torchvision.extension._has_ops = lambda: True


#: Operators exist as long as the object that defined them.
_LIBRARIES: list[torch.library.Library] = []


def _compiled_operators_load() -> bool:
    """Try to load torchvision's compiled operators."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torchvision")
    for library in Path(spec.origin).parent.glob("_C*"):
        try:
            torch.ops.load_library(str(library))
        except OSError:
            return False
        return True
    return False
