"""Measure every clip of a shard, and judge it with reasons."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from foa360.config.curate import Curate
from foa360.core import old_tables as tables
from foa360.core.jobs import Progress
from foa360.core.reasons import REASONS, verdict_of
from foa360.media import projection as projections
from foa360.media.audio import clip_audio
from foa360.media.order import plane_order
from foa360.media.probe import MediaError, Probe, probe
from foa360.media.projection import Layout
from foa360.stages.curate import audio as sounds
from foa360.stages.curate import frames as picture
from foa360.stages.curate.convention import decide, total
from foa360.stages.curate.frames import Pictures, clip_pictures

#: Sound and picture of one video may differ by this much in length, s.
MISMATCH = 0.5
#: And begin this far apart, s: priming and a picture are less.
OFFSET = 0.1

#: Layouts that pixels do not tell, and a label may.
UNSEEN = {"mesh", "erp_part", "erp_half", "fisheye"}

Row = dict[str, Any]


def curate_shard(
    plan: Path, shard: str, fetch: Path, output: Path, settings: Curate, progress: Progress
) -> None:
    """Write the curation table of a shard: one row per clip, in the order of the plan.

    Every file is decoded once for all its clips. Nothing that is wrong with a file is an error.
    """
    fetched = {row["video_id"]: row for row in tables.records(tables.read(fetch))}
    clips = tables.records(tables.read(plan, shard=shard))
    videos = tables.grouped(clips, "video_id")
    rows: dict[tuple[str, float], Row] = {}
    for video_id, own in progress(videos.items(), len(videos), "videos"):
        for row in curate_video(own, fetched[video_id], settings):
            rows[row["clip_id"], row["duration"]] = row
    tables.write(output, (rows[c["clip_id"], c["duration"]] for c in clips), tables.CURATION)


def curate_video(clips: list[Row], fetched: Row, settings: Curate) -> Iterator[Row]:
    """Rows of the clips of one video, by start; a `video_path` of None asks for the sound only."""
    clips = sorted(clips, key=lambda c: (c["start"], c["duration"]))
    names = [c.name for c in tables.CLIP]
    heads = [{name: clip[name] for name in names} for clip in clips]
    if fetched["state"] != "fetched":
        for head in heads:
            yield finish(head, [fetched["reason"]], fetched["message"] or "", {}, settings)
        return
    spans = [(clip["start"], clip["duration"]) for clip in clips]
    heard, heard_row = _sounds(fetched["audio_path"], spans, settings)
    seen, seen_row = _pictures(fetched["video_path"], spans, settings)
    common = heard_row | seen_row
    mismatch, apart = _mismatch(heard_row, seen_row)
    common |= apart
    for head, (a_reasons, a_message, a_row), (v_reasons, v_message, v_row) in zip(
        heads, heard, seen, strict=True
    ):
        message = "; ".join(dict.fromkeys(m for m in (a_message, v_message) if m))
        row = {k: v for k, v in common.items() if not k.startswith("_")} | a_row | v_row
        yield finish(head, [*a_reasons, *v_reasons, *mismatch], message, row, settings)


Judged = tuple[list[str], str, Row]


def _sounds(
    path: str, spans: list[tuple[float, float]], settings: Curate
) -> tuple[list[Judged], Row]:
    try:
        found = probe(path, claims=False)
    except MediaError as error:
        return [([error.reason], error.message, {})] * len(spans), {}
    order = plane_order(found)
    measured = [sounds.measure(clip, order, settings) for clip in clip_audio(path, spans)]
    telling = [s.found for s in measured if s.found and s.silent_share <= settings.silent_share]
    together = total(telling)
    convention = decide(together, bool(order and order.proven)) if together else None
    judged = []
    for one in measured:
        reasons, row = sounds.judge(one, order, convention, settings)
        if row and found.claimed_convention in {"ACN/SN3D", "ACN/N3D"} - {row["convention"]}:
            reasons.append("claim_disagrees")
        judged.append((reasons, one.message, row))
    return judged, {
        "audio_codec": found.audio_codec,
        "audio_container": found.container,
        "audio_layout": found.audio_layout,
        "audio_channels": found.audio_channels,
        "audio_rate": found.audio_rate,
        "claimed_convention": found.claimed_convention,
        "mapping_family": found.mapping_family,
        "head_locked": found.head_locked,
        "_audio_seconds": found.audio_duration,
        "_audio_start": found.audio_start,
    }


def _pictures(
    path: str | None, spans: list[tuple[float, float]], settings: Curate
) -> tuple[list[Judged], Row]:
    if path is None:
        return [([], "", {})] * len(spans), {}
    try:
        found = probe(path)
    except MediaError as error:
        return [([error.reason], error.message, {})] * len(spans), {}
    row = {
        "video_codec": found.video_codec,
        "width": found.width,
        "height": found.height,
        "fps": found.fps,
        "claimed_projection": found.claimed_projection,
        "_video_seconds": found.video_duration,
        "_video_start": found.video_start,
    }
    if found.video_codec is None:
        return [(["no_video"], "", {})] * len(spans), row
    measured = list(clip_pictures(path, spans, settings.static_mse))
    layout, reasons = _layout(measured, found, settings)
    row |= layout._asdict()
    return [_judge_pictures(clip, found, settings, reasons) for clip in measured], row


def _layout(clips: list[Pictures], found: Probe, settings: Curate) -> tuple[Layout, list[str]]:
    """How a video holds the sphere, from all its clips and its label, and what that means."""
    seen = [layout for clip in clips for layout in clip.layouts]
    plain = picture.Layout(*np.median(seen, axis=0)) if seen else picture.Layout()
    claimed = found.claimed_projection
    believed = UNSEEN if plain.projection != "erp" else {*UNSEEN, *projections.CONVERTIBLE}
    projection = claimed if claimed in believed else plain.projection
    stereo = plain.stereo
    if stereo == "mono" and found.claimed_stereo in projections.STEREO:
        stereo = str(found.claimed_stereo)
    reasons = []
    if projection in projections.CONVERTIBLE:
        reasons.append(f"converted_{projection}" if settings.repair else projection)
    elif projection != "erp":
        reasons.append("not_spherical")
    if stereo in projections.STEREO:
        reasons.append("converted_stereoscopic" if settings.repair else "stereoscopic")
    if claimed and claimed[:3] != projection[:3]:
        reasons.append("projection_disagrees")
    return Layout(projection, stereo), reasons


def _judge_pictures(clip: Pictures, found: Probe, settings: Curate, layout: list[str]) -> Judged:
    ends = found.video_duration or found.duration
    if clip.damaged:
        message = f"{clip.wanted - clip.seen} of {clip.wanted} pictures are missing"
        outside = ends is not None and clip.end > ends + MISMATCH
        return ["clip_outside" if outside else "video_damaged"], message, {}
    reasons = ["black_video"] if clip.black else list(layout)
    if not clip.black and clip.static_share > settings.static_share:
        reasons.append("static_video")
    return reasons, "", {"static_share": clip.static_share}


def _mismatch(heard: Row, seen: Row) -> tuple[list[str], Row]:
    """How much later the sound begins, and how much longer it is, than the picture."""

    def difference(name: str) -> float | None:
        audio, video = heard.get(f"_audio_{name}"), seen.get(f"_video_{name}")
        return None if audio is None or video is None else audio - video

    longer, later = difference("seconds"), difference("start")
    reasons = ["duration_mismatch"] if longer is not None and abs(longer) > MISMATCH else []
    if later is not None and abs(later) > OFFSET:
        reasons.append("audio_offset")
    return reasons, {"length_difference": longer, "audio_offset": later}


def finish(head: Row, reasons: list[str], message: str, row: Row, settings: Curate) -> Row:
    """A row with its reasons in the order of the closed list, and the verdict they lead to."""
    known = list(REASONS)
    ordered = sorted(set(reasons), key=known.index)
    verdict = verdict_of(ordered, settings.rejecting)
    return {**head, **row, "verdict": verdict.value, "reasons": ordered, "message": message or None}
