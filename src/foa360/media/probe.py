"""What a media file says about itself, from its headers and at most one decoded frame."""

import os
from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer
from av.video.stream import VideoStream

from foa360.media.claims.files import read_claims
from foa360.media.container import (
    Frame,
    decode_stream,
    open_media,
)
from foa360.media.joined_video import JoinedVideo, joined_video
from foa360.media.lengths import Lengths, stream_lengths
from foa360.media.orientation import frame_orientation
from foa360.media.streams import AudioChoice, audio_choice, video_streams

#: Spherical mappings as FFmpeg numbers them in side data.
SPHERICAL_PROJECTIONS = ("erp", "cubemap", "erp", "erp_half", "flat", "fisheye")
#: Stereo modes as FFmpeg numbers them in side data.
STEREO3D_TYPES = {0: "mono", 1: "left_right", 2: "top_bottom"}
#: Type of a track of Immersive Audio Model and Formats, whose parts are streams of their own.
IAMF = "iamf"
#: Packets in which the first frame is searched.
MAX_PACKETS = 200


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Container, streams and claims; None where there is no such stream or no such claim.

    duration, audio_duration, video_duration : s, of the streams in use: the longest, each.
    audio_start, video_start : time stamps of the first sample and frame, s.
    audio_rate : Hz.
    audio_streams : all audio streams, each by its codec and layout, in the order of the file.
    audio_used : numbers of those that are read, from 0.
    audio_chosen_by : see `foa360.media.streams.AudioChoice`.
    undecodable : what the container calls the codecs of audio streams that no decoder knows.
    video_streams : sizes of all video streams; the first is read, or joined with its twin.
    video_joined : how, see `foa360.media.joined_video`; `width` and `height` are of joined frames.
    claimed_convention, claimed_projection, claimed_stereo : what the container claims.
    claimed_transform : rotation and crop that it claims, and that are not applied.
    mapping_family : Opus channel mapping family.
    channel_map : ambisonic component of each channel (SA3D).
    head_locked : whether the container declares a head-locked stereo pair.
    claimed_in : boxes or elements that hold the claims.
    parts : number of parts with a clock of their own, which are counted on.
    encrypted : of `audio` and `video`, those whose tracks are all encrypted.
    is_orientable : False if the display matrix of the first frame cannot be applied.
    """

    container: str
    duration: float | None = None
    audio_codec: str | None = None
    audio_layout: str | None = None
    audio_channels: int | None = None
    audio_rate: int | None = None
    audio_duration: float | None = None
    audio_start: float | None = None
    audio_streams: tuple[str, ...] = ()
    audio_used: tuple[int, ...] = ()
    audio_chosen_by: str | None = None
    undecodable: tuple[str, ...] = ()
    video_streams: tuple[tuple[int, int], ...] = ()
    video_joined: str | None = None
    claimed_convention: str | None = None
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_duration: float | None = None
    video_start: float | None = None
    claimed_projection: str | None = None
    claimed_stereo: str | None = None
    claimed_transform: str | None = None
    mapping_family: int | None = None
    channel_map: tuple[int, ...] | None = None
    head_locked: bool | None = None
    claimed_in: tuple[str, ...] = ()
    is_orientable: bool = True
    parts: int = 1
    encrypted: frozenset[str] = frozenset()

    def is_larger_than(self, max_pixels: int | None) -> bool:
        """Return whether frames have more than so many pixels, as the container states them."""
        return is_larger(self.width, self.height, max_pixels)


def is_larger(width: int | None, height: int | None, max_pixels: int | None) -> bool:
    """Return whether a frame has more than so many pixels; False for an unknown size."""
    if max_pixels is None or width is None or height is None:
        return False
    return width * height > max_pixels


def probe(
    path: str | os.PathLike[str],
    claims: bool = True,
    max_pixels: int | None = None,
    durations: bool = True,
) -> Probe:
    """Read the headers; with `claims` also the spherical side data of the first frame.

    With `durations`, a file whose headers state no durations of its streams is read to its end.
    A frame with more than `max_pixels` is not decoded. Raises MediaError(reason, message) when no
    container opens.
    """
    with open_media(path) as container:
        name = container.format.name
        choice = audio_choice(container)
        sound = None if choice is None else choice.streams[0]
        videos = video_streams(container)
        stream = videos[0] if videos else None
        sizes = tuple((s.width, s.height) for s in videos if s.codec_context is not None)
        audio = _audio(choice)
        joined = joined_video(videos)
        video = _video(stream, joined)
        side_data = _SideData()
        is_decoded = claims and not is_larger(video.width, video.height, max_pixels)
        if is_decoded and stream is not None and video.codec is not None:
            side_data = _side_data(container, stream)
        lengths = stream_lengths(container) if durations else Lengths({})
        found = lengths.durations
        audio_duration = None if sound is None else found.get(sound.index)
        video_duration = None if stream is None else found.get(stream.index)
        stated = read_claims(path)
        listed = _listed_audio(container, choice, stated.audio_codecs)
    return Probe(
        container=name,
        duration=max(found.values(), default=None),
        audio_codec=audio.codec,
        audio_layout=audio.layout,
        audio_channels=audio.channels,
        audio_rate=audio.rate,
        audio_duration=audio_duration,
        audio_start=audio.start,
        audio_streams=listed.names,
        audio_used=listed.used,
        audio_chosen_by=None if choice is None else choice.by,
        undecodable=listed.undecodable,
        video_streams=sizes,
        video_joined=None if joined is None else joined.kind,
        claimed_convention=stated.convention or _ambisonic(audio.layout),
        video_codec=video.codec,
        width=video.width,
        height=video.height,
        fps=video.fps,
        video_duration=video_duration,
        video_start=video.start,
        claimed_projection=stated.projection or side_data.projection,
        claimed_stereo=stated.stereo or side_data.stereo,
        claimed_transform="; ".join(stated.transforms) or None,
        mapping_family=stated.mapping_family,
        channel_map=stated.channel_map,
        head_locked=stated.head_locked,
        claimed_in=tuple(stated.found_in),
        is_orientable=side_data.is_orientable,
        parts=lengths.parts,
        encrypted=frozenset(kind for kind, is_so in stated.encrypted.items() if is_so),
    )


@dataclass(frozen=True, kw_only=True)
class _Audio:
    """Headers of an audio stream."""

    codec: str | None = None
    layout: str | None = None
    channels: int | None = None
    rate: int | None = None
    start: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Video:
    """Headers of a video stream."""

    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    start: float | None = None


@dataclass(frozen=True, kw_only=True)
class _SideData:
    """Claims that FFmpeg attaches to a frame."""

    projection: str | None = None
    stereo: str | None = None
    is_orientable: bool = True


@dataclass(frozen=True, kw_only=True)
class _ListedAudio:
    """All audio streams, see `Probe`."""

    names: tuple[str, ...]
    used: tuple[int, ...]
    undecodable: tuple[str, ...]


def _audio(choice: AudioChoice | None) -> _Audio:
    if choice is None:
        return _Audio()
    stream = choice.streams[0]
    layout, channels = stream.layout.name if stream.channels else None, stream.channels
    if choice.by == "joined":
        channels = len(choice.streams)
        layout = f"{channels} mono streams"
    return _Audio(
        codec=stream.codec_context.name,
        layout=layout,
        channels=channels,
        rate=stream.rate,
        start=_seconds(stream.start_time, stream.time_base),
    )


def _listed_audio(
    container: InputContainer, choice: AudioChoice | None, codecs: list[str]
) -> _ListedAudio:
    """List the audio streams; `codecs` are the names of the container's tracks."""
    names: list[str] = []
    used: list[int] = []
    undecodable: list[str] = []
    chosen = set() if choice is None else {stream.index for stream in choice.streams}
    streams = container.streams.audio
    if len(codecs) != len(streams):
        # Of IAMF, one track holds several streams.
        codecs = [codecs[0] if len(codecs) == 1 else ""] * len(streams)
    for number, (stream, codec) in enumerate(zip(streams, codecs, strict=True)):
        if stream.codec_context is None:
            undecodable.append(codec or "unknown codec")
            names.append(f"{codec or 'unknown codec'}, no decoder")
            continue
        layout = stream.layout.name if stream.channels else "no channels"
        within = " in IAMF" if codec == IAMF else ""
        names.append(f"{stream.codec_context.name} {layout}{within}")
        if stream.index in chosen:
            used.append(number)
    return _ListedAudio(names=tuple(names), used=tuple(used), undecodable=tuple(undecodable))


def _video(stream: VideoStream | None, joined: JoinedVideo | None) -> _Video:
    if stream is None or stream.codec_context is None:
        return _Video()
    size = stream.width, stream.height
    width, height = size if joined is None else joined.size(*size)
    return _Video(
        codec=stream.codec_context.name,
        width=width,
        height=height,
        fps=float(stream.average_rate) if stream.average_rate else None,
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
    is_orientable = frame_orientation(frame) is not None
    return _SideData(projection=projection, stereo=stereo, is_orientable=is_orientable)
