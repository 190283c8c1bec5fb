"""What a media file says about itself, from its headers and at most one decoded frame."""

import os
from dataclasses import dataclass
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from foa360.media.claims.files import read_claims
from foa360.media.container import (
    Frame,
    audio_stream,
    decode_stream,
    open_media,
    start_time,
    video_stream,
)

#: Spherical mappings as FFmpeg numbers them in side data.
SPHERICAL_PROJECTIONS = ("erp", "cubemap", "erp", "erp_half", "flat", "fisheye")
#: Stereo modes as FFmpeg numbers them in side data.
STEREO3D_TYPES = {0: "mono", 1: "left_right", 2: "top_bottom"}
#: Packets in which the first frame is searched.
MAX_PACKETS = 200


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Container, streams and claims; None where there is no such stream or no such claim.

    duration, audio_duration, video_duration : s.
    audio_start, video_start : time stamps of the first sample and frame, s.
    audio_rate : Hz.
    claimed_convention, claimed_projection, claimed_stereo : what the container claims.
    mapping_family : Opus channel mapping family.
    channel_map : ambisonic component of each channel (SA3D).
    head_locked : whether the container declares a head-locked stereo pair.
    claimed_in : boxes or elements that hold the claims.
    """

    container: str
    duration: float | None = None
    audio_codec: str | None = None
    audio_layout: str | None = None
    audio_channels: int | None = None
    audio_rate: int | None = None
    audio_duration: float | None = None
    audio_start: float | None = None
    claimed_convention: str | None = None
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_duration: float | None = None
    video_start: float | None = None
    claimed_projection: str | None = None
    claimed_stereo: str | None = None
    mapping_family: int | None = None
    channel_map: tuple[int, ...] | None = None
    head_locked: bool | None = None
    claimed_in: tuple[str, ...] = ()


def probe(path: str | os.PathLike[str], claims: bool = True) -> Probe:
    """Read the headers; with `claims` also the spherical side data of the first frame.

    Raises MediaError(reason, message) when no container opens.
    """
    with open_media(path) as container:
        name = container.format.name
        duration = _duration(container)
        audio = _audio(audio_stream(container))
        stream = video_stream(container)
        video = _video(stream)
        side_data = _SideData()
        if claims and stream is not None and video.codec is not None:
            side_data = _side_data(container, stream)
    stated = read_claims(path)
    return Probe(
        container=name,
        duration=duration,
        audio_codec=audio.codec,
        audio_layout=audio.layout,
        audio_channels=audio.channels,
        audio_rate=audio.rate,
        audio_duration=audio.duration,
        audio_start=audio.start,
        claimed_convention=stated.convention or _ambisonic(audio.layout),
        video_codec=video.codec,
        width=video.width,
        height=video.height,
        fps=video.fps,
        video_duration=video.duration,
        video_start=video.start,
        claimed_projection=stated.projection or side_data.projection,
        claimed_stereo=stated.stereo or side_data.stereo,
        mapping_family=stated.mapping_family,
        channel_map=stated.channel_map,
        head_locked=stated.head_locked,
        claimed_in=tuple(stated.found_in),
    )


@dataclass(frozen=True, kw_only=True)
class _Audio:
    """Headers of an audio stream."""

    codec: str | None = None
    layout: str | None = None
    channels: int | None = None
    rate: int | None = None
    duration: float | None = None
    start: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Video:
    """Headers of a video stream."""

    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    duration: float | None = None
    start: float | None = None


@dataclass(frozen=True, kw_only=True)
class _SideData:
    """Claims that FFmpeg attaches to a frame."""

    projection: str | None = None
    stereo: str | None = None


def _duration(container: InputContainer) -> float | None:
    if container.duration is None:
        return None
    return container.duration / av.time_base - max(0.0, -start_time(container))


def _audio(stream: AudioStream | None) -> _Audio:
    if stream is None or stream.codec_context is None:
        return _Audio()
    return _Audio(
        codec=stream.codec_context.name,
        layout=stream.layout.name if stream.channels else None,
        channels=stream.channels,
        rate=stream.rate,
        duration=_seconds(stream.duration, stream.time_base),
        start=_seconds(stream.start_time, stream.time_base),
    )


def _video(stream: VideoStream | None) -> _Video:
    if stream is None or stream.codec_context is None:
        return _Video()
    return _Video(
        codec=stream.codec_context.name,
        width=stream.width,
        height=stream.height,
        fps=float(stream.average_rate) if stream.average_rate else None,
        duration=_seconds(stream.duration, stream.time_base),
        start=_seconds(stream.start_time, stream.time_base),
    )


def _ambisonic(layout: str | None) -> str | None:
    """Return the name of a layout that FFmpeg calls ambisonic."""
    return layout if layout is not None and "mbi" in layout.lower() else None


def _seconds(count: int | None, time_base: Fraction | None) -> float | None:
    if count is None or time_base is None:
        return None
    return float(count * time_base)


def _side_data(container: InputContainer, stream: VideoStream) -> _SideData:
    """Return the claims of the first frame."""
    for number, (frames, _) in enumerate(decode_stream(container, stream)):
        if frames:
            return _frame_side_data(frames[0])
        if number > MAX_PACKETS:
            break
    return _SideData()


def _frame_side_data(frame: Frame) -> _SideData:
    projection = stereo = None
    for data in frame.side_data:
        kind = int.from_bytes(bytes(data)[:4], "little")
        if data.type.name == "SPHERICAL" and kind < len(SPHERICAL_PROJECTIONS):
            projection = SPHERICAL_PROJECTIONS[kind]
        elif data.type.name == "STEREO3D" and kind in STEREO3D_TYPES:
            stereo = STEREO3D_TYPES[kind]
    return _SideData(projection=projection, stereo=stereo)
