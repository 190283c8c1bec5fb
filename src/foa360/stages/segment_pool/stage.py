"""Join the masks of an experiment over its seeds."""

import json
from collections.abc import Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import SoundingFrame
from foa360.downstream.mask_figures import mask_figures


def pool_masks(experiment: str, paths: Sequence[Path], output: Path) -> None:
    """Write the figures of an experiment as JSON.

    Keys are `task`, `experiment`, `figures` (see `foa360.downstream.mask_figures`), `data`,
    `videos`, `boxes` (of training frames, by where they come from; null without losses of crops)
    and `unread` (reason and message of each video that cannot be read, by split and name).

    Parameters
    ----------
    experiment : str
        Name of the experiment.
    paths : sequence of Path
        Tables of its seeds, SoundingFrame.
    output : Path
        JSON file that is written.
    """
    rows = [row for path in paths for row in tables.read(path, SoundingFrame)]
    facts = json.loads(tables.read_metadata(paths[0])["facts"])
    result = {"task": "segmentation", "experiment": experiment, "figures": mask_figures(rows)}
    with atomic(output) as temporary:
        temporary.write_text(json.dumps(result | facts, indent=1, ensure_ascii=False) + "\n")
