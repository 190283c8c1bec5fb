"""The package as a whole: what it exports, and what it imports."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch
from support.sound_fields import RATE, two_sources

from foa360 import ambisonics

FUNCTIONS = [
    function
    for name in ambisonics.__all__
    if inspect.isfunction(function := getattr(ambisonics, name))
]


def test_numpy_arrays_need_no_pytorch():
    program = (
        "import sys, numpy as np; from foa360 import ambisonics; "
        "x = np.ones((4, 2000), np.float32); ambisonics.rotate(x, ambisonics.look_at(0.1, 0.2)); "
        "ambisonics.covariance_to_log_mel(ambisonics.spatial_covariance(x, 24000)); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_functions_with_four_or_more_parameters_document_each(function):
    parameters = inspect.signature(function).parameters
    assert function.__doc__
    if len(parameters) < 4:
        return
    _, _, section = function.__doc__.partition("Parameters\n")
    documented = [line.split(" : ")[0] for line in section.splitlines() if " : " in line]
    names = {name.strip() for line in documented for name in line.split(",")}
    assert set(parameters) <= names


@pytest.mark.parametrize(
    "function",
    [
        ambisonics.log_mel,
        ambisonics.intensity_vector,
        ambisonics.spatial_covariance,
        lambda x, rate: ambisonics.intensity_vector(x, rate, per="bin"),
        lambda x, rate: ambisonics.interchannel(ambisonics.stereo(x), rate),
        lambda x, rate: ambisonics.rotate(x, ambisonics.look_at(0.3, rate / rate)),
    ],
)
def test_arrays_and_tensors_come_back_as_what_they_are(function):
    x = two_sources()
    of_array, of_tensor = function(x, RATE), function(torch.from_numpy(x), RATE)
    assert isinstance(of_array, np.ndarray)
    assert isinstance(of_tensor, torch.Tensor)
    assert of_array.dtype == np.float32
    assert of_tensor.dtype == torch.float32
    scale = np.abs(of_array).max()
    np.testing.assert_allclose(of_tensor.numpy(), of_array, atol=1e-3 * scale)
