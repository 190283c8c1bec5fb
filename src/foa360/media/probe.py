"""What a media file says about itself, without decoding more than one picture."""

import os
from dataclasses import dataclass
from typing import Any

from foa360.media.claims import read_claims
from foa360.media.container import (
    MediaError,
    audio_stream,
    opened,
    origin,
    packets,
    video_stream,
)

#: Names of the spherical mappings as FFmpeg numbers them in side data.
PROJECTIONS = ("erp", "cubemap", "erp", "erp_half", "flat", "fisheye")
STEREO = {0: "mono", 1: "left_right", 2: "top_bottom"}

__all__ = ["MediaError", "Probe", "probe"]


@dataclass(frozen=True)
class Probe:
    """Container, streams and claims; None where there is no such stream or no such claim."""

    container: str
    duration: float | None = None  # s
    audio_codec: str | None = None
    audio_layout: str | None = None
    audio_channels: int | None = None
    audio_rate: int | None = None  # Hz
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
    """Read the headers; with `claims` also the first picture's spherical side data, if need be.

    Raises MediaError(reason, message) when no container opens.
    """
    with opened(path) as container:
        audio, video = audio_stream(container), video_stream(container)
        found: dict[str, Any] = {"container": container.format.name}
        if container.duration is not None:
            found["duration"] = container.duration / 1e6 - max(0.0, -origin(container))
        if audio is not None and audio.codec_context is not None:
            layout = audio.layout.name if audio.channels else None
            found |= {
                "audio_codec": audio.codec_context.name,
                "audio_layout": layout,
                "audio_channels": audio.channels,
                "audio_rate": audio.rate,
                "audio_duration": _seconds(audio, audio.duration),
                "audio_start": _seconds(audio, audio.start_time),
                "claimed_convention": layout if "mbi" in str(layout).lower() else None,
            }
        if video is not None and video.codec_context is not None:
            found |= {
                "video_codec": video.codec_context.name,
                "width": video.width,
                "height": video.height,
                "fps": float(video.average_rate) if video.average_rate else None,
                "video_duration": _seconds(video, video.duration),
                "video_start": _seconds(video, video.start_time),
            }
            if claims:
                found |= _spherical(container, video)
    said = read_claims(path)
    found |= {
        "mapping_family": said.mapping_family,
        "channel_map": said.channel_map,
        "head_locked": said.head_locked,
        "claimed_in": tuple(said.found_in),
    }
    for name in ("convention", "projection", "stereo"):
        if getattr(said, name) is not None:
            found[f"claimed_{name}"] = getattr(said, name)
    return Probe(**found)


def _seconds(stream: Any, count: int | None) -> float | None:
    if count is None or stream.time_base is None:
        return None
    return float(count * stream.time_base)


def _spherical(container: Any, video: Any) -> dict[str, str]:
    """Claims that FFmpeg attaches to the first picture."""
    for number, (frames, _) in enumerate(packets(container, video)):
        if frames:
            claims = {}
            for data in frames[0].side_data:
                kind = int.from_bytes(bytes(data)[:4], "little")
                if data.type.name == "SPHERICAL" and kind < len(PROJECTIONS):
                    claims["claimed_projection"] = PROJECTIONS[kind]
                elif data.type.name == "STEREO3D" and kind in STEREO:
                    claims["claimed_stereo"] = STEREO[kind]
            return claims
        if number > 200:
            break
    return {}
