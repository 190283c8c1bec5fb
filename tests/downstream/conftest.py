"""Miniatures that several tests read; tests that change one copy it."""

from pathlib import Path

import pytest
from support.miniatures import write_hmdb51, write_ucf101


@pytest.fixture(scope="session")
def ucf101(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a miniature of UCF101."""
    return write_ucf101(tmp_path_factory.mktemp("ucf101"))


@pytest.fixture(scope="session")
def hmdb51(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a miniature of HMDB51."""
    return write_hmdb51(tmp_path_factory.mktemp("hmdb51"))
