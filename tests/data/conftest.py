"""Shards that datasets are tested with."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import visible_source


@pytest.fixture(scope="session")
def shards(
    tmp_path_factory: pytest.TempPathFactory, write_features: Callable[..., Path]
) -> list[Path]:
    """Write the shards of `support.visible_source`."""
    return visible_source.write_shards(tmp_path_factory.mktemp("media"), write_features)
