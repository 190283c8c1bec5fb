"""NumPy arrays and PyTorch tensors: types, and conversions between values of both.

The functions of `foa360.ambisonics` take either and return the same kind. They are written once,
with operators, methods that both have, and the namespace of the argument (`array_api_compat`).
PyTorch is imported only by callers that use tensors.
"""

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from array_api_compat import array_namespace, device, is_torch_array
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import Tensor

Floats: TypeAlias = NDArray[np.float64]
Array = TypeVar("Array", "NDArray[np.floating]", "Tensor")
#: Matrices and weights, which need not be of the same kind as the signals they act on.
Values: TypeAlias = "ArrayLike | Tensor"


def like(values: Values, x: Array) -> Array:
    """Convert `values` to an array or tensor of the same kind, type and device as x."""
    if type(values) is type(x) and values.dtype == x.dtype and values.device == x.device:
        return values  # the checks of asarray would take 4 % of the time of a log-mel spectrum
    if is_torch_array(values) and is_torch_array(x):
        return values.to(x)  # asarray warns about gradients
    return array_namespace(x).asarray(values, dtype=x.dtype, device=device(x))


def as_float32(x: Array) -> Array:
    """Convert to single precision; without a copy where x has it."""
    xp = array_namespace(x)
    return xp.astype(x, xp.float32, copy=False)


def as_coefficients(values: Values) -> Any:
    """Leave tensors as they are, and convert everything else to NumPy in double precision."""
    return values if is_torch_array(values) else np.asarray(values, float)


def mix_rows(matrix: Values, x: Array) -> Array:
    """Multiply a matrix `(..., r, n)` with the rows of `(..., n, frames, bands)`."""
    flat = x.reshape(*x.shape[:-2], -1)
    mixed = like(matrix, x) @ flat
    return mixed.reshape(*mixed.shape[:-1], *x.shape[-2:])
