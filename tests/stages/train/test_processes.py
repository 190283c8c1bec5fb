"""A training by two processes is that of one; one in parts is the mean of them."""

from itertools import chain

import numpy as np
import pytest
import torch
from support.shared_training import examples, fabric_of, make_run, take_step

from foa360.data.batches import shares
from foa360.data.samples import SampleKey
from foa360.learning.training.devices import make_fabric
from foa360.learning.training.run import Examples, TrainingRun


@pytest.mark.slow
@pytest.mark.parametrize("task", ["avc", "avsa"])  # the second one with dropout
def test_two_processes_have_the_loss_and_the_gradients_of_one(task, tmp_path):
    for processes in (1, 2):
        fabric_of(processes).launch(take_step, task, tmp_path)
    alone, together = (np.load(tmp_path / f"{processes}.npz") for processes in (1, 2))
    assert together["loss"] == pytest.approx(alone["loss"], rel=1e-5)
    assert together["accuracy"] == alone["accuracy"]
    assert set(together) == set(alone)
    for name in alone:
        scale = np.abs(alone[name]).max()
        np.testing.assert_allclose(
            together[name], alone[name], rtol=0, atol=1e-5 * scale, err_msg=name
        )


def gradients(run: TrainingRun) -> dict[str, np.ndarray]:
    return {name: value.grad.numpy().copy() for name, value in run.model.named_parameters()}


def test_a_batch_in_parts_has_the_mean_of_their_losses_and_gradients(tmp_path):
    whole = examples(fabric_of(1))
    parts = [
        Examples(tuple(values[rows] for values in whole.tensors), whole.names[rows])
        for rows in (slice(0, 4), slice(4, 7))
    ]
    runs = []
    for chosen in (parts, parts[:1], parts[1:]):
        run = make_run(fabric_of(1), "avc", tmp_path)
        run.advance([*chosen, None])  # of the last part no clip can be read
        runs.append(run)
    together, *alone = runs
    assert together.sums[1] == pytest.approx(np.mean([run.sums[1] for run in alone]))
    first, second = (gradients(run) for run in alone)
    for name, values in gradients(together).items():
        expected = (first[name] + second[name]) / 2
        np.testing.assert_allclose(values, expected, atol=1e-6 + 1e-5 * np.abs(expected).max())


def test_a_step_in_bfloat16_is_nearly_that_in_float32(tmp_path):
    losses = []
    for precision in ("float32", "bfloat16"):
        fabric = make_fabric(precision=precision)
        run = make_run(fabric, "avc", tmp_path)
        run.advance([examples(fabric)])
        losses.append(run.sums[1])
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_a_step_without_readable_clips_changes_nothing_but_its_number(tmp_path):
    run = make_run(fabric_of(1), "avc", tmp_path)
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.advance([None])
    assert run.step == 1
    for name, value in run.model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_shares_and_parts_of_a_batch_are_all_of_it_in_order(processes):
    keys = [[SampleKey(clip, step) for clip in range(13)] for step in range(2)]
    of_processes = [list(shares(keys, 2, rank, processes)) for rank in range(processes)]
    parts = [list(chain(*of_part)) for of_part in zip(*of_processes, strict=True)]
    assert [len(part) for part in parts] == [6, 7, 6, 7]
    assert parts[0] + parts[1] == keys[0]
    assert parts[2] + parts[3] == keys[1]


@pytest.mark.slow
@pytest.mark.parametrize("task", ["avc", "avsa"])
def test_one_batch_is_learnt_by_heart(task, tmp_path):
    run = make_run(fabric_of(1), task, tmp_path)
    batch, losses = examples(fabric_of(1)), []
    for _ in range(40):
        run.sums[:] = 0
        run.advance([batch])
        losses.append(run.sums[1])
    assert losses[-1] < 0.3 * losses[0]
