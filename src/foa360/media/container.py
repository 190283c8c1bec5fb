"""Open a media file safely: local containers only, an error with a reason, everything closed."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
import av.error

#: Containers that may be opened. Playlists are not among them: they would open other files.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,w64,rf64,flac,avi,mpegts,mpeg,aiff,caf,mp3,aac,"
    "flv,asf,h264,hevc,ivf,amb,au,mxf"
)


class MediaError(Exception):
    """A file that cannot be used, with a reason code and what the library said."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep both for the table."""
        super().__init__(message)
        self.reason = reason
        self.message = message


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Give the opened container; close it and its decoders in the end.

    Raises MediaError with `file_missing`, `empty_file` or `unreadable`. Pipes, devices and folders
    are `unreadable`, and are never waited for.
    """
    path = Path(path)
    try:
        info = path.stat()
    except (OSError, ValueError) as error:
        raise MediaError("file_missing", str(error)) from None
    if not stat.S_ISREG(info.st_mode):
        raise MediaError("unreadable", "not a regular file")
    if info.st_size == 0:
        raise MediaError("empty_file", "0 bytes")
    try:
        # With the protocol named, no name of a file is taken for another protocol.
        container = av.open(
            f"file:{path.absolute()}",
            container_options={"protocol_whitelist": "file", "format_whitelist": FORMATS},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError("unreadable", _said(error)) from None
    try:
        yield container
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise MediaError("unreadable", _said(error)) from None
    finally:
        for stream in container.streams:
            with suppress(Exception):
                stream.codec_context.close(strict=False)
        container.close()


def packets(container: Any, stream: Any) -> Iterator[tuple[list[Any], str]]:
    """Decoded frames packet by packet, with what the decoder said where a packet is damaged."""
    for packet, said in demuxed(container, stream):
        yield ([], said) if packet is None else decoded(packet)


def demuxed(container: Any, stream: Any) -> Iterator[tuple[Any, str]]:
    """Packets of a stream, the last one empty; None and the words of the error where it ends so."""
    iterator = container.demux(stream)
    while True:
        try:
            packet = next(iterator)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            yield None, _said(error)
            return
        yield packet, ""


def decoded(packet: Any) -> tuple[list[Any], str]:
    """Frames that come out when a packet goes in, or what the decoder said."""
    try:
        return packet.decode(), ""
    except (av.error.FFmpegError, ValueError) as error:
        return [], _said(error)


def origin(container: Any) -> float:
    """Time stamp in seconds that counts as the start; negative ones are a codec's priming."""
    return max(0, container.start_time or 0) / av.time_base


def audio_stream(container: Any) -> Any:
    """The audio stream with the most channels; None where there is none with a known codec."""
    # Without a codec a stream has no attribute `channels` either.
    known = [s for s in container.streams.audio if s.codec_context is not None]
    return max(known, key=lambda s: (s.channels or 0, -s.index), default=None)


def video_stream(container: Any) -> Any:
    """The first video stream that is not a cover picture; None where there is none."""
    return next((s for s in container.streams.video if not _is_cover(s)), None)


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & type(stream.disposition).attached_pic)


def _said(error: BaseException) -> str:
    """An error in one line, without the path, which differs between machines."""
    return str(getattr(error, "strerror", None) or error).splitlines()[0][:200]
