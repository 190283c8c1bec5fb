"""Join the rows of an experiment and a data set over splits and seeds."""

import json
from collections.abc import Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import DownstreamItem
from foa360.downstream.figures import figures


def pool_downstream(data: str, experiment: str, paths: Sequence[Path], output: Path) -> None:
    """Write the figures of an experiment on a data set as JSON.

    Keys are `task` (the data set), `experiment`, `figures` (see `foa360.downstream.figures`),
    `unread` (how many videos or recordings of train and test cannot be read, and why, counted once)
    and what the tables state about the data set, such as `classes`.

    Parameters
    ----------
    data : str
        Key of the data set.
    experiment : str
        Name of the experiment.
    paths : sequence of Path
        Tables of its splits and seeds, DownstreamItem.
    output : Path
        JSON file that is written.
    """
    rows = [row for path in paths for row in tables.read(path, DownstreamItem)]
    facts = json.loads(tables.read_metadata(paths[0])["facts"])
    unread = {row.item: row.reason for row in rows if row.reason is not None}
    reasons = sorted({reason for reason in unread.values() if reason is not None})
    result = {
        "task": data,
        "experiment": experiment,
        "figures": figures(rows),
        "unread": {
            reason: sorted(item for item, found in unread.items() if found == reason)
            for reason in reasons
        },
    }
    with atomic(output) as temporary:
        temporary.write_text(json.dumps(result | facts, indent=1, ensure_ascii=False) + "\n")
