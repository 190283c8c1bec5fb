"""Directions of the audio of kept clips, from the table of measures."""

from collections.abc import Sequence
from pathlib import Path

from foa360.ambisonics.arrays import Floats
from foa360.ambisonics.direction_map import (
    CANDIDATES,
    CANDIDATES_OF_EIGHT,
    CELLS,
    candidate_index,
)
from foa360.core import tables
from foa360.core.records import KeptClip


def measured_directions(measures: Path, kept: Sequence[KeptClip]) -> dict[str, Floats]:
    """Directional audio `(intervals, CELLS)` of each kept clip, by its id.

    The map is that of the conversion to WYZX, SN3D that was judged to be right. It was measured
    before any shift: clips with channels out of time have no directional audio. Raises ValueError
    for a kept clip that was not measured.
    """
    clips = {clip.clip_id: clip for clip in kept}
    table = tables.read_arrow(measures, ("clip_id", "planes", "direction_map", "second_order"))
    found: dict[str, Floats] = {}
    for clip_id, planes, maps, second_order in zip(*table.itercolumns(), strict=True):
        clip = clips.get(clip_id.as_py())
        if clip is None:
            continue
        if not maps.is_valid:
            raise ValueError(f"{measures}: {clip.clip_id} was kept, but not measured")
        measured_planes = planes.as_py()
        order = [measured_planes.index(plane) for plane in clip.planes]
        candidates = CANDIDATES_OF_EIGHT if second_order.is_valid else CANDIDATES
        of_candidates = maps.values.to_numpy().reshape(len(candidates), -1, len(CELLS))
        chosen = of_candidates[candidate_index(order, clip.gains)]
        found[clip.clip_id] = chosen.astype(float)
        if any(clip.channel_lags):
            found[clip.clip_id][:] = 0
    return found
