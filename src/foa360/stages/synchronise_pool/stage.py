"""Join the decisions of an experiment over its seeds."""

import json
from collections.abc import Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import Decision
from foa360.learning.accuracy import accuracy

#: Accuracy of guessing.
CHANCE = 0.5


def pool_synchronisation(paths: Sequence[Path], output: Path) -> None:
    """Write the accuracy of an experiment as JSON, with all that it has to be compared with.

    The fields are those of other evaluations (`foa360.learning.accuracy.accuracy`); where nothing
    could be measured, `accuracy` is null and `note` gives the reason. Clips that were left out are
    named: `too_short_clips`, `damaged_clips`, `unreadable_clips`.

    Parameters
    ----------
    paths : sequence of Path
        Tables of its seeds, Decision.
    output : Path
        JSON file that is written.
    """
    rows = [row for path in paths for row in tables.read(path, Decision)]
    facts = json.loads(tables.read_metadata(paths[0])["facts"])
    measured: dict[str, object] = {
        "accuracy": None,
        "note": "needs clips of two test videos that are long enough",
    }
    if rows:
        measured = accuracy(rows, CHANCE)
    with atomic(output) as temporary:
        result = {"task": "synchronisation"} | facts | measured
        temporary.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
