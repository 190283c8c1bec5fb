"""What the card of a chosen clip shows and plays, as data that a script hands to the page."""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from foa360.ambisonics.intensity import intensity_vector
from foa360.ambisonics.spectra import log_mel
from foa360.core import tables
from foa360.core.records import CuratedClip, Detection
from foa360.media.audio import clip_audio, to_wyzx
from foa360.media.images import Image, decode_image, encode_jpeg
from foa360.media.projection import CONVERTIBLE, ERP, FrameLayout
from foa360.media.resampling import resampled
from foa360.media.video import frames_at
from foa360.shards.read import Shard, open_shard
from foa360.sphere.views import perspective_crop
from foa360.stages.report import drawing
from foa360.stages.report.clips import ReportVideo
from foa360.stages.report.drawing import ViewpointMark

#: Audio and video of a card, s at most, and the rate of its audio, Hz.
PLAYED_SECONDS = 10.0
PLAYED_RATE = 24000
#: Frames per second and width of the video of a card whose frames no shard has.
DECODED_FPS = 2.0
VIDEO_SIZE = (384, 192)
VIDEO_JPEG_QUALITY = 75
#: Projections that are converted to ERP; frames of others are shown as they are.
CONVERTED = {"erp", *CONVERTIBLE}
#: Size of the perspective crop of a viewpoint, pixels.
CROP = 160
#: Parameters of the spectra that are drawn.
N_FFT, HOP, MELS = 1024, 960, 48


@dataclass(frozen=True)
class CardSources:
    """Where the media of clips are.

    rows : curation table by clip.
    location : shard and row of each clip in it, for those in feature shards.
    videos : rows of the fetch tables by video.
    boxes : detections by clip.
    """

    rows: Mapping[str, CuratedClip]
    location: Mapping[str, tuple[Path, int]]
    videos: Mapping[str, ReportVideo]
    boxes: Mapping[str, Sequence[Detection]]


@dataclass
class Frames:
    """Frames of a clip as JPEG files, and the viewpoints of its shard; times in s."""

    jpegs: list[bytes] = field(default_factory=list)
    fps: float = DECODED_FPS
    energy_map: str = ""
    viewpoints: list[ViewpointMark] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    fov: float = np.pi / 3


def card(clip_id: str, sources: CardSources) -> dict[str, Any]:
    """Draw a clip: frame with boxes and map, crops, waveforms, spectra, audio and video.

    What cannot be read is absent: its media may be gone, and a failed clip may never have had any.
    """
    row = sources.rows[clip_id]
    shown = _frames(row, sources)
    boxes = list(sources.boxes.get(clip_id, ()))
    content: dict[str, Any] = {}
    if shown.jpegs:
        time = _middle_time(boxes, row.duration)
        middle = row.duration / 2 if time is None else time
        number = min(int(middle * shown.fps), len(shown.jpegs) - 1)
        image = decode_image(shown.jpegs[number])
        content["frame"] = drawing.frame_uri(image)
        content["overlay"] = drawing.overlay(
            [box for box in boxes if box.time == time], shown.viewpoints
        )
        content["crops"] = _crops(image, shown)
        content["video"] = {"fps": shown.fps, "frames": [_base64(jpeg) for jpeg in shown.jpegs]}
    if shown.energy_map:
        content["map"] = shown.energy_map
    foa = _foa(row, sources)
    if foa is not None:
        content |= _audio(foa)
    return content


def locate(features: Iterable[Path]) -> dict[str, tuple[Path, int]]:
    """Shard and row of every clip in the feature shards."""
    location = {}
    for path in features:
        with open_shard(path) as shard:
            for row, clip_id in enumerate(shard.texts("clip_id").tolist()):
                location[clip_id] = (path, row)
    return location


def rows_of(curation: Iterable[Path], clips: Iterable[str]) -> dict[str, CuratedClip]:
    """Rows of some clips in the curation tables."""
    wanted = set(clips)
    found = {}
    for path in curation:
        ids = tables.read_arrow(path, ["clip_id"])["clip_id"].to_pylist()
        if wanted.intersection(ids):
            for row in tables.read(path, CuratedClip):
                if row.clip_id in wanted:
                    found[row.clip_id] = row
    return found


def detections_of(detections: Iterable[Path], clips: Iterable[str]) -> dict[str, list[Detection]]:
    """Read the detections of some clips."""
    found: dict[str, list[Detection]] = {clip_id: [] for clip_id in clips}
    for path in detections:
        ids = tables.read_arrow(path, ["clip_id"])["clip_id"].unique().to_pylist()
        for clip_id in sorted(set(ids) & set(found)):
            found[clip_id] += tables.read(path, Detection, clip_id=clip_id)
    return found


def image_number(shard: Shard, row: int, time: float | None) -> int:
    """Return the number of the image at a time within a clip, s; None is its middle.

    A clip has fewer images than the shard has room for, if another one lasts longer.
    """
    duration = shard.duration(row)
    if time is None:
        time = duration / 2
    return min(int(time * shard.settings.video_fps), _image_count(shard, row) - 1)


def _image_count(shard: Shard, row: int) -> int:
    return max(1, min(round(shard.duration(row) * shard.settings.video_fps), shard.image_count()))


def _frames(row: CuratedClip, sources: CardSources) -> Frames:
    if row.clip_id not in sources.location:
        return Frames(_decoded_frames(row, sources))
    path, number = sources.location[row.clip_id]
    with open_shard(path) as shard:
        origins = shard.texts("viewpoint_origin")[number].tolist()
        found = Frames(
            viewpoints=[
                ViewpointMark(float(azimuth), float(elevation), origin)
                for (azimuth, elevation), origin in zip(
                    shard.viewpoints(number), origins, strict=True
                )
            ],
            labels=shard.texts("viewpoint_label")[number].tolist(),
            fov=shard.fov(number),
        )
        if "covariance" in shard:
            found.energy_map = drawing.energy_map(shard.covariance(number))
        if "video" in shard:
            found.fps = shard.settings.video_fps
            found.jpegs = shard.encoded_images(number, range(_image_count(shard, number)))
        else:
            found.jpegs = _decoded_frames(row, sources)
    return found


def _decoded_frames(row: CuratedClip, sources: CardSources) -> list[bytes]:
    """Frames of a clip that no shard has, as long as they can be decoded."""
    video = sources.videos.get(row.video_id)
    if video is None or not video.video_path or not Path(video.video_path).is_file():
        return []
    count = max(1, int(min(row.duration, PLAYED_SECONDS) * DECODED_FPS))
    times = [row.start + (number + 0.5) / DECODED_FPS for number in range(count)]
    known = row.projection in CONVERTED
    layout = ERP
    if known:
        bars = row.bar_rows or 0.0, row.bar_columns or 0.0
        layout = FrameLayout(row.projection or "erp", row.stereo or "mono", *bars)
    images = frames_at(video.video_path, times, VIDEO_SIZE, layout=layout)
    return [encode_jpeg(image, VIDEO_JPEG_QUALITY) for image in images if image is not None]


def _middle_time(boxes: Sequence[Detection], duration: float) -> float | None:
    """Time of detections that is nearest to the middle of the clip."""
    times = sorted({box.time for box in boxes})
    return min(times, key=lambda time: abs(time - duration / 2), default=None)


def _crops(image: Image, shown: Frames) -> list[dict[str, str]]:
    crops = []
    for mark, label in zip(shown.viewpoints, shown.labels, strict=True):
        view = perspective_crop(image, mark.azimuth, mark.elevation, shown.fov, CROP)
        direction = f"{np.degrees(mark.azimuth):+.0f}°/{np.degrees(mark.elevation):+.0f}°"
        text = f"{label or mark.origin}, {direction}"
        crops.append({"image": drawing.jpeg_uri(np.asarray(view, np.uint8)), "text": text})
    return crops


def _foa(row: CuratedClip, sources: CardSources) -> NDArray[np.float32] | None:
    """Audio of a clip as W, Y, Z, X `(4, n)` at the rate of cards; None where there is none."""
    video = sources.videos.get(row.video_id)
    if video is None or not video.audio_path or not Path(video.audio_path).is_file():
        return None
    duration = min(row.duration, PLAYED_SECONDS)
    audio = next(iter(clip_audio(video.audio_path, [(row.start, duration)])))
    if audio.samples.shape[0] < 4 or not audio.samples.shape[1]:
        return None
    planes = row.planes or [0, 1, 2, 3]
    foa = to_wyzx(audio, planes, row.gains or [1.0] * 4)
    if not np.isfinite(foa).all():
        return None
    return resampled(foa, audio.sample_rate, PLAYED_RATE)


def _audio(foa: NDArray[np.float32]) -> dict[str, Any]:
    """Waveforms, spectra, and the signals as FLAC, scaled to a common peak."""
    peak = float(np.abs(foa).max())
    buffer = io.BytesIO()
    scaled = foa * (drawing.PLAYED_PEAK / peak if peak > 0 else 1)
    soundfile.write(buffer, scaled.T, PLAYED_RATE, format="FLAC", subtype="PCM_16")
    mel = log_mel(foa, PLAYED_RATE, N_FFT, HOP, MELS)
    intensity = intensity_vector(foa, PLAYED_RATE, N_FFT, HOP, MELS)
    return {
        "audio": _base64(buffer.getvalue()),
        "waves": drawing.waveforms(scaled),
        "mel": drawing.log_mel_image(np.asarray(mel)),
        "intensity": drawing.intensity_image(np.asarray(intensity)),
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
