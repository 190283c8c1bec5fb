"""The rows of all clips as scripts that the page loads piece by piece, also from `file://`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foa360.core.shown import printable
from foa360.stages.report.clips import ReportClip, ReportVideo
from foa360.stages.report.funnel import Loss

#: Rows of one script.
PIECE = 5000
VERDICT_ORDER = {"failed": 0, "rejected": 1, "kept": 2}
#: Columns with few different values: these stand once, and rows have their numbers.
CODED = (
    "verdict",
    "stage",
    "split",
    "convention",
    "codec",
    "frames",
    "licence",
    "channel",
    "reasons",
    "source",
)


def ordered(clips: Sequence[ReportClip]) -> list[int]:
    """Return the numbers of the clips in the order of the table: failed, rejected, kept."""
    return sorted(range(len(clips)), key=lambda i: VERDICT_ORDER[clips[i].verdict])


def pieces(
    clips: Sequence[ReportClip],
    losses: Sequence[Loss | None],
    texts: Sequence[str],
    sources: Mapping[str, str],
    videos: Mapping[str, ReportVideo],
) -> Iterator[str]:
    """Yield scripts that hand `foa360.rows` the columns of some clips.

    Parameters
    ----------
    clips : sequence of ReportClip
        All clips.
    losses : sequence
        Why each was lost.
    texts : sequence of str
        Verdict of each in words.
    sources : mapping
        Web address of each video that has one.
    videos : mapping
        Rows of the fetch tables by video.
    """
    order = ordered(clips)
    for number, begin in enumerate(range(0, max(len(order), 1), PIECE)):
        rows = []
        for i in order[begin : begin + PIECE]:
            video = videos.get(clips[i].video_id)
            rows.append(_row(clips[i], losses[i], texts[i], sources, video))
        columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
        yield script("rows", number, {name: _coded(name, v) for name, v in columns.items()})


def script(function: str, *arguments: Any) -> str:
    """Return a script that calls a function of the page with JSON arguments."""
    texts = [
        json.dumps(a, ensure_ascii=True, allow_nan=False, separators=(",", ":")) for a in arguments
    ]
    return f"foa360.{function}({','.join(texts)});\n"


def _row(
    clip: ReportClip,
    lost: Loss | None,
    text: str,
    sources: Mapping[str, str],
    video: ReportVideo | None,
) -> dict[str, Any]:
    energies = (clip.energy_w_db, clip.energy_y_db, clip.energy_z_db, clip.energy_x_db)
    levels = [None if e is None else round(e, 1) for e in energies]
    sizes = [str(v) for v in (clip.width, clip.height) if v is not None]
    frames = " ".join(p for p in ("×".join(sizes), clip.projection, clip.stereo) if p)
    return {
        "id": printable(clip.clip_id),
        "verdict": clip.verdict,
        "stage": lost.stage if lost else "",
        "reasons": clip.reasons,
        "lost": lost.code if lost else "",
        "ratio": _rounded(clip.energy_ratio, 3),
        "after": _rounded(clip.energy_ratio_after, 3),
        "convention": clip.convention or "",
        "azimuth": _rounded(clip.azimuth, 1),
        "elevation": _rounded(clip.elevation, 1),
        "diffuseness": _rounded(clip.diffuseness, 2),
        "agreement": _rounded(clip.agreement, 3),
        "chance": _rounded(clip.chance, 3),
        "codec": f"{clip.audio_codec or ''} {clip.audio_layout or ''}".strip(),
        "frames": frames,
        "why": printable(text),
        "split": clip.split or "",
        "start": clip.start,
        "duration": clip.duration,
        "levels": levels,
        "source": sources.get(clip.video_id, ""),
        "licence": printable((video and video.licence) or ""),
        "channel": printable((video and video.channel) or ""),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _coded(name: str, values: list[Any]) -> Any:
    """Replace the values of a column with few different ones by their numbers."""
    if name not in CODED:
        return values
    keys = [json.dumps(value) for value in values]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return {"values": [json.loads(key) for key in numbers], "rows": [numbers[key] for key in keys]}
