"""Where the sound of clips comes from, and how well that fits what is seen in them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foa360.ambisonics.descriptors import spectra
from foa360.media.audio import clip_audio, read_foa
from foa360.sphere import to_direction, to_vector
from foa360.stages.viewpoints.agreement import (
    CELLS,
    agreement,
    axes,
    fit,
    sound_directions,
)

Row = dict[str, Any]
Floats = NDArray[np.float64]
Seen = list[tuple[Floats, Floats]]

#: A direction is a peak of the sound if this share of it comes from within `AROUND` of it; of a
#: sound from everywhere it is 0.03.
PEAK_SHARE, AROUND = 0.1, np.radians(20.0)
#: A vote for other axes than those in use must be better by this, nats, and of so many clips.
SURE, VOTERS = 0.1, 3
#: Delays that are tried, s, and what makes one believable, nats.
LONGEST_DELAY, DELAY_GAIN = 3.0, 0.3


def hear(clips: list[Row], path: str, fps: float) -> Iterator[Floats | None]:
    """Directions of sound `(times, CELLS)` of one video's clips (starts ascending), in order.

    None where the sound cannot be read. One pass; the sound of one clip is held at a time.
    """
    spans = [(clip["start"], clip["duration"]) for clip in clips]
    for clip, audio in zip(clips, clip_audio(path, spans), strict=True):
        if audio.samples.shape[0] <= max(clip["planes"]) or not np.isfinite(audio.samples).all():
            yield None
        else:
            foa = read_foa(audio, clip["planes"], clip["gains"])
            times = max(1, round(clip["duration"] * fps))
            yield sound_directions(spectra(foa, audio.sample_rate), times)


def seen_in(clip: Row, boxes: list[Row], fps: float) -> Seen:
    """Directions and scores of a clip's objects, in each interval of 1/fps."""
    times = max(1, round(clip["duration"] * fps))
    own: list[list[Row]] = [[] for _ in range(times)]
    for box in boxes:
        own[min(max(int(box["time"] * fps + 1e-6), 0), times - 1)].append(box)
    seen = []
    for rows in own:
        angles = np.radians([[r["azimuth"], r["elevation"]] for r in rows]).reshape(-1, 2)
        scores = np.array([r["score"] for r in rows], float)
        seen.append((to_vector(angles[:, 0], angles[:, 1]), scores))
    return seen


def peaks(sound: Floats, count: int, apart: float) -> list[Row]:
    """Directions that most sound of a clip comes from, the strongest first; degrees.

    They are `apart` from each other, radians, and each has a share of the sound worth naming.
    """
    total = sound.sum(0)
    if total.sum() <= 0:
        return []
    around = np.cos(AROUND) <= CELLS @ CELLS.T
    share = around @ total / total.sum()
    found: list[Row] = []
    free = np.ones(len(CELLS), bool)
    while len(found) < count and free.any():
        best = int(np.argmax(np.where(free, share, -1)))
        if share[best] < PEAK_SHARE:
            break
        azimuth, elevation = np.degrees(to_direction((total * around[best]) @ CELLS))
        found.append(
            {"azimuth": float(azimuth), "elevation": float(elevation), "score": float(share[best])}
        )
        free &= CELLS @ CELLS[best] < np.cos(max(apart, AROUND))
    return found


def agreement_rows(
    clips: list[Row], sounds: list[Floats | None], seen: list[Seen], fps: float
) -> list[Row]:
    """Rows of `tables.AGREEMENT` of one video's clips; all vote on the order of its channels."""
    names, matrices = axes()
    votes, rows = np.zeros(len(names)), []
    for clip, sound, objects in zip(clips, sounds, seen, strict=True):
        row: Row = {name: clip[name] for name in ("clip_id", "video_id")}
        rows.append(row)
        if sound is None:
            continue
        found = agreement(sound, objects)
        if np.isnan(found.gain):
            continue
        votes += fit(sound, objects, matrices)
        row |= {
            "agreement": found.gain,
            "chance": found.chance,
            "turn": float(np.degrees(found.turn)),
            "delay": _delay(sound, objects, fps),
        }
    voters = sum("agreement" in row for row in rows)
    gain = (votes.max() - votes[0]) / max(voters, 1)
    best = int(votes.argmax()) if gain > SURE else 0
    vote = {"axes": names[best], "axes_gain": float(gain)} if voters >= VOTERS else {}
    return [row | vote for row in rows]


def _delay(sound: Floats, seen: Seen, fps: float) -> float:
    """How much later the sound is than the picture where they fit best, s; 0 if that is no more."""
    still, times = np.eye(3)[None], len(sound)
    steps = min(int(LONGEST_DELAY * fps), times // 2)
    values = {0: float(fit(sound, seen, still)[0])}
    for step in range(1, steps + 1):
        values[step] = float(fit(sound[step:], seen[: times - step], still)[0])
        values[-step] = float(fit(sound[: times - step], seen[step:], still)[0])
    best = max(values, key=lambda step: np.nan_to_num(values[step], nan=-np.inf))
    return best / fps if values[best] > values[0] + DELAY_GAIN else 0.0
