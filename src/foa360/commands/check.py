"""`foa360 check`: measure and judge files without a workflow, one line for each clip.

A line names the file and the span, the verdict, what the channels are, how the dipoles compare with
W, where the sound comes from, and everything that is noteworthy. Exit status 1 if any clip is not
kept.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from foa360.config.curate import Curate
from foa360.core.reasons import REASONS
from foa360.media.probe import MediaError, probe
from foa360.stages.curate.stage import curate_video
from foa360.stages.plan.durations import clip_spans, media_duration
from foa360.stages.plan.pairs import MediaPair, media_pairs

HELP = "measure and judge files or folders, without a workflow"
Row = dict[str, Any]

CONVENTIONS = {
    "ACN/SN3D": "ambiX (W Y Z X, SN3D)",
    "ACN/N3D": "W Y Z X with N3D gains (dipoles 4.8 dB too loud for ambiX)",
    "FuMa": "FuMa B-format (W X Y Z, W 3 dB down)",
    "ACN/FuMa": "W Y Z X with the FuMa gain of W (3 dB down)",
    "undecided": "no ambisonics that could be named",
}
#: Diffuseness from which on there is hardly any direction to speak of, and is none.
SPREAD, DIFFUSE = 0.5, 0.9


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    presets = get_args(Curate.model_fields["preset"].annotation)
    parser.add_argument("paths", nargs="+", type=Path, help="media files, or folders of them")
    parser.add_argument("--json", action="store_true", help="one JSON object per clip")
    parser.add_argument("--preset", choices=presets, default="default", help="set of thresholds")
    parser.add_argument("--tau", type=float, help="tolerance of the energy ratio (0.1)")
    parser.add_argument("--duration", type=float, default=10.0, help="length of a clip, s (10)")


def run(chosen: Namespace) -> int:
    """Print a line per clip; 1 if any is not kept, 2 if the arguments cannot be used."""
    given = {"preset": chosen.preset} | ({} if chosen.tau is None else {"tau": chosen.tau})
    try:
        settings = Curate(**given)
    except ValueError:
        print(f"--tau {chosen.tau:g}: must be above 0 and below 1", file=sys.stderr)
        return 2
    if not chosen.duration > 0:
        print(f"--duration {chosen.duration:g}: must be above 0", file=sys.stderr)
        return 2
    bad = count = 0
    for row in check(chosen.paths, settings, chosen.duration):
        count += 1
        bad += row["verdict"] != "kept"
        print(json.dumps(_plain(row), ensure_ascii=False) if chosen.json else line(row), flush=True)
    if not count:
        print("no media files found", file=sys.stderr)
    return 1 if bad or not count else 0


def check(paths: list[Path], settings: Curate, duration: float = 10.0) -> Iterator[Row]:
    """Rows of the curation table, with `file`, for every clip of files and folders.

    Files of sound alone are judged by their sound.
    """
    for path in paths:
        found = media_pairs(path) if path.is_dir() else {path.name: MediaPair(path, path)}
        for picture, sound in found.values():
            spans = clip_spans(media_duration(sound), duration)
            video = None if picture == sound and not _has_picture(sound) else str(picture)
            clips = [
                {"clip_id": f"{sound.stem}_{s:g}", "video_id": sound.stem, "start": s,
                 "duration": d, "split": None}
                for s, d in spans
            ]  # fmt: skip
            media = {"state": "fetched", "video_path": video, "audio_path": str(sound)}
            for row in curate_video(clips, media, settings):
                yield {"file": str(sound), **row}


def _has_picture(path: Path) -> bool:
    try:
        return probe(path, claims=False).video_codec is not None
    except MediaError:
        return False


def _plain(row: Row) -> Row:
    """A row with null for what JSON has no number for."""

    def finite(value: Any) -> Any:
        if isinstance(value, list):
            return [finite(v) for v in value]
        if isinstance(value, float):
            return value if abs(value) < float("inf") else None
        return value

    return {key: finite(value) for key, value in row.items()}


def line(row: Row) -> str:
    """What a sound engineer would say of a clip."""
    end = row["start"] + row["duration"]
    said = [f"{row['file']} {row['start']:g}-{end:g} s: {row['verdict']}"]
    if row.get("convention"):
        words = CONVENTIONS[row["convention"]]
        if row["convention"] != "undecided":
            words += f", {100 * row['confidence']:.0f} % sure"
        said += [words, f"dipoles / W = {row['energy_ratio']:.2f} below the cutoff", _where(row)]
        said.append(f"{row['rms_dbfs']:.0f} dBFS")
    notes = [REASONS[code].sentence for code in row["reasons"]]
    return "; ".join([*said, *notes, *([row["message"]] if row.get("message") else [])])


def _where(row: Row) -> str:
    """The direction of the sound in words."""
    if not row["diffuseness"] < DIFFUSE:
        return "sound from everywhere"
    azimuth, elevation = round(row["azimuth"]), round(row["elevation"])
    side = "ahead" if azimuth == 0 else f"{abs(azimuth)}° {'left' if azimuth > 0 else 'right'}"
    height = f", {abs(elevation)}° {'up' if elevation > 0 else 'down'}" if elevation else ""
    return f"sound from {side}{height}" + (" and around" if row["diffuseness"] > SPREAD else "")
