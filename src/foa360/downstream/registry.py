"""The data sets by their key in the configuration, and the check of their folders."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from foa360.config.downstream import Downstream
from foa360.config.section import ConfigError
from foa360.config.segmentation import Segmentation
from foa360.downstream import avsbench, eigenscape, hmdb51, tau2021, ucf101
from foa360.downstream.layout import Card, LayoutError


class DataSet(NamedTuple):
    """A card, and a function that reads the lists of a folder, or raises LayoutError."""

    card: Card
    read: Callable[[Path], object]


DATA_SETS = {
    "ucf101": DataSet(ucf101.CARD, ucf101.read_ucf101),
    "hmdb51": DataSet(hmdb51.CARD, hmdb51.read_hmdb51),
    "eigenscape": DataSet(eigenscape.CARD, eigenscape.read_eigenscape),
    "tau2021": DataSet(tau2021.CARD, tau2021.read_tau2021),
}


def require_layouts(settings: Downstream, segmentations: Sequence[Segmentation] = ()) -> None:
    """Compare the folders of all data sets with their public layouts, before any work.

    Raises ConfigError: for each folder that differs, the first difference, what to download, and
    the expected tree.
    """
    problems: list[str] = []
    for key, folder in settings.folders.items():
        data = DATA_SETS[key]
        problems += _problems(f"downstream.{key}", folder, data.card, partial(data.read, folder))
    for experiment in segmentations:
        folder = Path(experiment.folder)
        key = f"the folder of the experiment {experiment.name}"
        read = partial(avsbench.read_avsbench, folder, experiment.part)
        problems += _problems(key, folder, avsbench.CARD, read)
    if problems:
        raise ConfigError("\n".join(["Data sets cannot be used:", *problems]))


def _problems(key: str, folder: Path, card: Card, read: Callable[[], object]) -> Iterator[str]:
    """Explain what keeps the folder that a key names from being read."""
    try:
        if not folder.is_dir():
            raise LayoutError("there is no such folder")
        read()
    except LayoutError as error:
        tree = "\n".join(f"      {line}" for line in card.tree.splitlines())
        yield f'  {key} = "{folder}": {error}\n    Download {card.download}:\n{tree}'
