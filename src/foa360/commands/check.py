"""`foa360 check`: measure and judge files without a workflow, one line per clip.

A line names the file and the span, the verdict, the convention, the energy of the dipoles over that
of W, the direction of the audio, the level, and every reason. Exit status 1 unless all clips are
kept.
"""

import json
import math
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from foa360.config.curate import Curate
from foa360.core import tables
from foa360.core.reasons import REASONS
from foa360.core.records import DEGREES, Clip, CuratedClip, FetchedVideo
from foa360.core.shown import printable
from foa360.core.video_ids import printable_name
from foa360.media.container import MediaError
from foa360.media.probe import probe
from foa360.stages.judge.convention_types import Comparison, Step
from foa360.stages.judge.thresholds import THRESHOLDS, UNITS
from foa360.stages.judge.video import CuratedVideo, judge_video
from foa360.stages.measure.video import measure_video
from foa360.stages.plan.durations import clip_spans, media_duration, media_header
from foa360.stages.plan.folders import folder_pairs
from foa360.stages.plan.pairs import MediaPair

HELP = "measure and judge files or folders, without a workflow"

CONVENTION_TEXTS = {
    "ACN/SN3D": "ambiX (W Y Z X, SN3D)",
    "ACN/N3D": "W Y Z X with N3D gains (dipoles 4.8 dB too loud for ambiX)",
    "FuMa": "FuMa B-format (W X Y Z, W 3 dB down)",
    "WXYZ/SN3D": "W X Y Z with SN3D gains",
    "ACN/FuMa": "W Y Z X with the FuMa gain of W (3 dB down)",
    "TBE": "TBE (W -Y X Z and second order, as of Facebook's tools)",
    "undecided": "convention undecided",
}
#: Diffuseness above which a part of the audio comes from all around, and from which on it has no
#: dominant direction.
PARTLY_DIFFUSE, DIFFUSE = 0.5, 0.9
#: Rest of a file after its last clip that is named, s.
SHORTEST_NAMED_S = 0.5
#: Intervals per second of the direction map, which is not shown.
MAP_FPS = 1.0


@dataclass(frozen=True)
class CheckedFile:
    """A file with audio, and its curated clips."""

    path: Path
    video: CuratedVideo

    @property
    def trace(self) -> tuple[Step, ...]:
        """Rules that decided on the convention of the whole file; none without a signal."""
        convention = self.video.convention
        return () if convention is None else convention.trace


def add(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    presets = get_args(Curate.model_fields["preset"].annotation)
    parser.add_argument("paths", nargs="+", type=Path, help="media files, or folders of them")
    parser.add_argument("--json", action="store_true", help="one JSON object per clip")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also print the rules that decided on the convention of each file, and their numbers",
    )
    parser.add_argument("--preset", choices=presets, default="default", help="set of thresholds")
    parser.add_argument("--tau", type=float, help="tolerance of the energy ratio (0.1)")
    parser.add_argument("--duration", type=float, default=10.0, help="duration of a clip, s (10)")


def run(arguments: Namespace) -> int:
    """Print a line per clip; 1 if any is not kept, 2 if the arguments cannot be used."""
    given = {"preset": arguments.preset}
    if arguments.tau is not None:
        given["tau"] = arguments.tau
    try:
        settings = Curate(**given)
    except ValueError:
        print(f"--tau {arguments.tau:g}: must be above 0 and below 1", file=sys.stderr)
        return 2
    if not arguments.duration > 0:
        print(f"--duration {arguments.duration:g}: must be above 0", file=sys.stderr)
        return 2
    clips = []
    for file in check(arguments.paths, settings, arguments.duration):
        clips += file.video.clips
        lines = json_lines if arguments.json else text_lines
        for line in lines(file, arguments.explain):
            print(line if arguments.json else printable(line), flush=True)
    if not clips:
        print("no media files found", file=sys.stderr)
        return 1
    return int(any(clip.verdict != "kept" for clip in clips))


def check(paths: list[Path], settings: Curate, duration: float = 10.0) -> Iterator[CheckedFile]:
    """Curate files, and all files in folders, in clips of `duration` seconds.

    Files with audio only are judged by their audio.
    """
    for path in paths:
        pairs = {path.name: MediaPair(path, path)}
        if path.is_dir():
            pairs = folder_pairs(path, media_header)
        for pair in pairs.values():
            yield CheckedFile(pair.audio, _curate_pair(pair, settings, duration))


def curate_video(clips: Sequence[Clip], fetched: FetchedVideo, settings: Curate) -> CuratedVideo:
    """Measure and judge the clips of one video; a `video_path` of None requests the audio only."""
    measured = measure_video(
        clips, fetched, settings.cutoff_hz, MAP_FPS, max_pixels=settings.max_pixels
    )
    return judge_video(measured, settings)


def _curate_pair(pair: MediaPair, settings: Curate, duration: float) -> CuratedVideo:
    video_id = printable_name(pair.audio.stem)
    clips = []
    length = media_duration(pair.audio)
    spans = clip_spans(length, duration)
    rest = (length or 0.0) - spans[-1].start - spans[-1].duration
    if rest > SHORTEST_NAMED_S:
        text = f"{pair.audio}: the last {rest:.1f} s are shorter than a clip, and not judged"
        print(printable(text), file=sys.stderr)
    for span in spans:
        clip = Clip(
            clip_id=f"{video_id}_{span.start:g}",
            video_id=video_id,
            start=span.start,
            duration=span.duration,
            split=None,
        )
        clips.append(clip)
    audio_only = pair.video == pair.audio and not _has_video(pair.audio)
    fetched = FetchedVideo(
        video_id=video_id,
        state="fetched",
        video_path=None if audio_only else str(pair.video),
        audio_path=str(pair.audio),
    )
    return curate_video(clips, fetched, settings)


def _has_video(path: Path) -> bool:
    try:
        return probe(path, claims=False, durations=False).video_codec is not None
    except MediaError:
        return False


def json_lines(file: CheckedFile, explain: bool = False) -> Iterator[str]:
    """One JSON object per clip: the columns of the curation table, in their units.

    With `explain` each has the applied rules, too.
    """
    for clip in file.video.clips:
        values: dict[str, Any] = {"file": printable_name(str(file.path))}
        for column in tables.columns(CuratedClip):
            value = getattr(clip, column.name)
            if column.unit == DEGREES and value is not None:
                value = math.degrees(value)
            values[column.name] = _finite(value)
        if explain:
            values["rules"] = [_json_step(step) for step in file.trace]
        yield json.dumps(values)


def _finite(value: Any) -> Any:
    """Replace numbers that JSON does not have with null."""
    if isinstance(value, list):
        return [_finite(element) for element in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _json_step(step: Step) -> dict[str, Any]:
    comparisons = []
    for comparison in step.comparisons:
        entry = {"quantity": comparison.quantity, "value": _finite(float(comparison.value))}
        if comparison.threshold is not None:
            entry["threshold"] = comparison.threshold
            entry["limit"] = getattr(THRESHOLDS, comparison.threshold)
            entry["unit"] = UNITS[comparison.threshold]
        comparisons.append(entry)
    return {"rule": step.rule, "decided": step.decided, "comparisons": comparisons}


def text_lines(file: CheckedFile, explain: bool = False) -> Iterator[str]:
    """One line per clip; with `explain` lines on the rules that were applied to the file."""
    for clip in file.video.clips:
        yield clip_line(file.path, clip)
    if explain:
        yield from rule_lines(file.trace)


def clip_line(path: Path, clip: CuratedClip) -> str:
    """Describe a clip in one line."""
    end = clip.start + clip.duration
    parts = [f"{printable_name(str(path))} {clip.start:g}-{end:g} s: {clip.verdict}"]
    if clip.convention is not None:
        parts.append(_convention(clip))
        parts.append(f"dipoles / W = {clip.energy_ratio:.2f} below the cutoff")
        parts.append(_direction(clip))
        parts.append(f"{clip.rms_dbfs:.0f} dBFS")
    parts += [REASONS[code].sentence for code in clip.reasons]
    if clip.message and "file_missing" not in clip.reasons:  # whose sentence says it all
        parts.append(clip.message)
    return "; ".join(parts)


def _convention(clip: CuratedClip) -> str:
    """Name the convention, its probability and that of its parts, and what is not told."""
    name, confidence = clip.convention, clip.confidence
    text = CONVENTION_TEXTS[str(name)]
    if name == "undecided" or confidence is None:
        return text
    text += f" {_percent(confidence)}"
    if clip.probabilities:
        w, gains, height = map(_percent, clip.probabilities)
        doubts = clip.undecided or ()
        parts = [
            f"W first {w}{', unless these are loudspeakers' if 'w' in doubts else ''}",
            f"gains{' not told' if 'gains' in doubts else ''} {gains}",
            f"height {'not told' if 'height' in doubts else 'by the weakest channel'} {height}",
        ]
        text += f" ({', '.join(parts)}; left and front by the order of the file)"
    return text


def _percent(probability: float) -> str:
    """Write a probability; certainty is never stated."""
    return f"{min(100 * probability, 99.4):.0f} %"


def _direction(clip: CuratedClip) -> str:
    """Describe the dominant direction of the audio."""
    azimuth, elevation, diffuseness = clip.azimuth, clip.elevation, clip.diffuseness
    if any(clip.channel_lags or ()):
        return "no direction, since the channels are not in time"
    if azimuth is None or elevation is None or diffuseness is None or not diffuseness < DIFFUSE:
        return "no dominant direction"
    azimuth_deg = round(math.degrees(azimuth))
    elevation_deg = round(math.degrees(elevation))
    text = "direction: front"
    if azimuth_deg:
        text = f"direction: {abs(azimuth_deg)}° {'left' if azimuth_deg > 0 else 'right'}"
    if elevation_deg:
        text += f", {abs(elevation_deg)}° {'up' if elevation_deg > 0 else 'down'}"
    if diffuseness > PARTLY_DIFFUSE:
        text += ", partly diffuse"
    return text


def rule_lines(trace: tuple[Step, ...]) -> Iterator[str]:
    """Describe the applied rules: one line per rule, and one per number that it compared."""
    if not trace:
        yield "    no rules applied: no clip has a signal"
    for step in trace:
        yield f"    {step.rule}: {'decides' if step.decided else 'does not apply'}"
        for comparison in step.comparisons:
            yield f"        {_comparison(comparison)}"


def _comparison(comparison: Comparison) -> str:
    text = f"{comparison.quantity}: {comparison.value:.3g}"
    name = comparison.threshold
    if name is None:
        return text
    return f"{text} ({name} = {getattr(THRESHOLDS, name):g}, {UNITS[name]})"
