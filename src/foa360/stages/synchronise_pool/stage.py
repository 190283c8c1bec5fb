"""Join the decisions of an experiment over its seeds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from foa360.core import tables
from foa360.core.files import atomic
from foa360.core.records import Decision
from foa360.learning.accuracy import accuracy

#: What keeps an evaluation from being measured.
NEEDS = {
    "synchronisation": "needs clips of two test videos that are long enough",
    "localisation": "needs test clips of two videos with detected objects",
}


def pool_synchronisation(paths: Sequence[Path], outputs: Mapping[str, Path]) -> None:
    """Write the accuracy of an experiment as JSON, with all that it has to be compared with.

    The fields are those of other evaluations (`foa360.learning.accuracy.accuracy`); where nothing
    could be measured, `accuracy` is null and `note` gives the reason. Clips that were left out are
    named: `too_short_clips`, `damaged_clips`, `unreadable_clips`.

    Parameters
    ----------
    paths : sequence of Path
        Tables of its seeds, Decision.
    outputs : dict of Path
        JSON file that is written, by the name of its evaluation.
    """
    rows = [row for path in paths for row in tables.read(path, Decision)]
    facts = json.loads(tables.read_metadata(paths[0])["facts"])
    chances = facts.pop("chance")
    for name, output in outputs.items():
        own = [row for row in rows if row.evaluation == name]
        measured: dict[str, object] = {"accuracy": None, "note": NEEDS[name]}
        if own:
            measured = accuracy(own, chances[name])
        with atomic(output) as temporary:
            text = json.dumps({"task": name} | facts | measured, indent=1, ensure_ascii=False)
            temporary.write_text(f"{text}\n", encoding="utf-8")
