"""Batches of the heads that classify scenes."""

import pytest

from foa360.downstream.scenes import batches_of_two


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("count", range(2, 12))
def test_an_epoch_has_every_sample_once_in_batches_of_two_or_more(count: int, size: int) -> None:
    numbers = list(range(count))[::-1]
    batches = batches_of_two(numbers, size)
    assert [number for batch in batches for number in batch] == numbers
    lengths = [len(batch) for batch in batches]
    assert min(lengths) >= 2
    assert max(lengths) <= max(size, 2) + 1


def test_a_single_sample_is_no_training() -> None:
    """An epoch would pass without a step, and the untrained head would be reported."""
    with pytest.raises(ValueError, match="only one sample"):
        batches_of_two([0], 8)
