"""What several processes of a training share, so that together they equal one of the whole batch.

Without a process group of PyTorch every function leaves its argument as it is.
"""

from typing import Any, Self

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm


def process_count() -> int:
    """Return the number of processes that train together."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    return 1


def sum_over_processes(values: Tensor) -> Tensor:
    """Add tensors of one shape; gradients of all processes reach those of each."""
    if process_count() == 1:
        return values
    summed: Tensor = _Sum.apply(values)  # type: ignore[no-untyped-call]
    return summed


def gathered(rows: Tensor) -> Tensor:
    """Concatenate the rows `(n, …)` of all processes, in their order; n may differ."""
    if process_count() == 1:
        return rows
    rank = distributed.get_rank()
    counts = torch.zeros(process_count(), dtype=torch.long, device=rows.device)
    counts[rank] = len(rows)
    counts = sum_over_processes(counts)
    before, after = int(counts[:rank].sum()), int(counts[rank + 1 :].sum())
    # Rows of zeros stand for those of the others: the sum puts theirs there.
    parts = [rows.new_zeros(before, *rows.shape[1:]), rows, rows.new_zeros(after, *rows.shape[1:])]
    return sum_over_processes(torch.cat(parts))


def synchronise_batch_norms(network: nn.Module, cuda: bool) -> None:
    """Let batch normalisations use the statistics of all processes, in place."""
    if cuda:
        nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return
    for name, module in network.named_children():
        if isinstance(module, _BatchNorm):
            setattr(network, name, SynchronisedBatchNorm.of(module))
        else:
            synchronise_batch_norms(module, cuda)


class SynchronisedBatchNorm(_BatchNorm):
    """What PyTorch's `SyncBatchNorm` is on GPUs, for CPUs."""

    @classmethod
    def of(cls, module: _BatchNorm) -> Self:
        """Make the same module for several processes, with the same parameters."""
        copy = cls(module.num_features, module.eps, module.momentum)
        copy.weight, copy.bias = module.weight, module.bias
        copy.running_mean, copy.running_var = module.running_mean, module.running_var
        copy.num_batches_tracked = module.num_batches_tracked
        return copy

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `(B, C, …)`, in training by the statistics of all processes."""
        if not self.training:
            return super().forward(x)
        axes = [0, *range(2, x.ndim)]
        shape = [1, -1, *(1 for _ in axes[1:])]
        count = sum_over_processes(x.new_tensor(x.numel() / x.shape[1]))
        mean = sum_over_processes(x.sum(axes)) / count
        centred = x - mean.view(shape)
        variance = sum_over_processes((centred**2).sum(axes)) / count
        self._update(mean.detach(), variance.detach() * count / (count - 1))
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return centred * scale.view(shape) + self.bias.view(shape)

    def _check_input_dim(self, _input: Tensor) -> None:
        """Accept any number of dimensions."""

    @torch.no_grad()
    def _update(self, mean: Tensor, variance: Tensor) -> None:
        """Update the statistics that evaluation uses."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class _Sum(torch.autograd.Function):
    """Sum over processes, forwards and backwards."""

    @staticmethod
    def forward(_context: Any, values: Tensor) -> Tensor:
        summed = values.clone()
        distributed.all_reduce(summed)
        return summed

    @staticmethod
    def backward(_context: Any, *gradients: Tensor) -> Tensor:
        return _Sum.forward(None, gradients[0])
