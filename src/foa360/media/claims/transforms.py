"""Rotations and crops of frames that containers ask for, in the words of the row.

Nothing here is applied: whether a sound field goes along with the rotation of the frames is not
told by any of these boxes, so that frames and audio are compared as they are stored.
"""

from collections.abc import Sequence

#: Names of the three angles of a pose.
ANGLES = ("yaw", "pitch", "roll")
#: Angles below this are none, degrees.
SMALLEST_ANGLE = 0.05


def pose(angles: Sequence[float], where: str) -> list[str]:
    """Describe yaw, pitch and roll, degrees; none where all are zero, or are no numbers."""
    named = zip(ANGLES, angles, strict=True)
    # An angle that is no number compares as small.
    found = [f"{name} {angle:.4g}°" for name, angle in named if abs(angle) >= SMALLEST_ANGLE]
    return [f"pose {', '.join(found)} ({where})"] if found else []


def edges(left: float, right: float, top: float, bottom: float, where: str) -> list[str]:
    """Describe a crop by what it takes off each edge, pixels; none where it takes nothing."""
    values = {"left": left, "right": right, "top": top, "bottom": bottom}
    found = [f"{name} {value:.4g}" for name, value in values.items() if abs(value) >= 1]
    return [f"crop of {', '.join(found)} pixels ({where})"] if found else []
