"""Directions that keep a minimum distance from one another."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foa360.sphere.directions import angular_distance


def separated_directions(
    candidates: ArrayLike, count: int, min_distance: ArrayLike
) -> NDArray[np.intp]:
    """Choose directions that are separated from one another, most preferred first.

    Each candidate in turn is chosen if it is far enough from all that were chosen before it. Where
    these are fewer than `count`, the candidate that is farthest from the chosen ones is added, one
    at a time.

    Parameters
    ----------
    candidates : (n, 2)
        Azimuth and elevation, radians, most preferred first.
    count : int
        Number of directions to choose.
    min_distance : float or (n,)
        Angle that a candidate must keep from those chosen before it, radians. Values that decrease
        along the candidates relax the requirement.

    Returns
    -------
    (min(count, n),)
        Indices of the chosen candidates, in the order in which they were chosen.
    """
    directions = np.asarray(candidates, float).reshape(-1, 2)
    limits = np.broadcast_to(np.asarray(min_distance, float), len(directions))
    count = min(count, len(directions))
    chosen: list[int] = []
    nearest = np.full(len(directions), np.inf)  # angle to the nearest chosen direction

    def choose(index: int) -> None:
        chosen.append(index)
        distance = angular_distance(*directions.T, *directions[index])
        np.minimum(nearest, distance, out=nearest)

    for index in range(len(directions)):
        if len(chosen) == count:
            break
        if nearest[index] >= limits[index]:
            choose(index)
    while len(chosen) < count:
        remaining = nearest.copy()
        remaining[chosen] = -np.inf
        choose(int(remaining.argmax()))
    return np.asarray(chosen, np.intp)
