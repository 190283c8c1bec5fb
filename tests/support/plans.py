"""Lists of clips, and their plans."""

from pathlib import Path

from foa360.config.load import load_config
from foa360.stages.plan.assemble import assemble_clips
from foa360.stages.plan.memory import NO_MEMORY
from foa360.stages.plan.place import place_clips


def plan(folder: Path, sources, **sections):
    """Return the rows of the first plan of some sources."""
    config = load_config({"sources": sources, **sections})
    listed = assemble_clips(config, folder / "plan" / "media.json")
    return place_clips(listed, config, NO_MEMORY).clips


def one_each(frame, key, column):
    """Return whether each value of a column goes with one value of another."""
    return not frame[[key, column]].drop_duplicates()[key].duplicated().any()


def listed(folder: Path, text: str, name: str = "list.csv"):
    """Write a list and return the source that names it."""
    (folder / name).write_text(text)
    return {"kind": "list", "path": str(folder / name)}


def yt360(folder: Path, train="a\nb\n", test="c\n", segments="a 0,10,20\nb 5\nc 1,2\norphan 3"):
    """Write the lists of YT-360 and return the source that names them."""
    for name, text in (("train", train), ("test", test), ("segments", segments)):
        (folder / name).write_text(text)
    return {"kind": "yt360", **{n: str(folder / n) for n in ("train", "test", "segments")}}
