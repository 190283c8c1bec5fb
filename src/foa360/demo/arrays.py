"""Types of the arrays that the demo draws and renders."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: `(height, width, 3)` RGB, or `(height, width, 4)` with opacity.
Image: TypeAlias = NDArray[np.uint8]
#: Audio `(channels, n)`, full scale ±1.
Samples: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator
