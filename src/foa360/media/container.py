"""Open media files safely: local containers only, errors with a reason code, everything closed."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

# PyAV's stubs type packets and frames by their stream, which one function for both cannot keep.
Packet = Any
Frame = Any

#: Containers that may be opened. Playlists are excluded because they would open other files.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,w64,rf64,flac,avi,mpegts,mpeg,aiff,caf,mp3,aac,"
    "flv,asf,h264,hevc,ivf,amb,au,mxf"
)
#: Longest error message that is kept, characters.
MAX_MESSAGE_LENGTH = 200


class MediaError(Exception):
    """A file that cannot be used, with a reason code and the library's error message."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep reason and message for the table."""
        super().__init__(message)
        self.reason = reason
        self.message = message


@contextmanager
def open_media(path: str | os.PathLike[str]) -> Iterator[InputContainer]:
    """Open a container; close it and its decoders at the end.

    Raises MediaError with `file_missing`, `empty_file` or `unreadable`. Pipes, devices and folders
    are `unreadable`; they are not opened, so that nothing waits for them.
    """
    path = Path(path)
    _require_content(path)
    try:
        # With an explicit protocol, no file name can be taken for another protocol.
        container = av.open(
            f"file:{path.absolute()}",
            container_options={"protocol_whitelist": "file", "format_whitelist": DEMUXERS},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError("unreadable", _message(error)) from None
    try:
        yield container
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise MediaError("unreadable", _message(error)) from None
    finally:
        for stream in container.streams:
            with suppress(Exception):
                stream.codec_context.close(strict=False)
        container.close()


def decode_stream(container: InputContainer, stream: Stream) -> Iterator[tuple[list[Frame], str]]:
    """Decode packet by packet; yield the frames, and the error message of a damaged packet."""
    for packet, message in demux(container, stream):
        if packet is None:
            yield [], message
        else:
            yield decode_packet(packet)


def demux(container: InputContainer, stream: Stream) -> Iterator[tuple[Packet, str]]:
    """Yield the packets of a stream, the last one empty.

    Where reading ends with an error, the last item is None and the error message.
    """
    iterator = container.demux(stream)
    while True:
        try:
            packet = next(iterator)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            yield None, _message(error)
            return
        yield packet, ""


def decode_packet(packet: Packet) -> tuple[list[Frame], str]:
    """Return the frames that a packet completes, or the decoder's error message."""
    try:
        return packet.decode(), ""
    except (av.error.FFmpegError, ValueError) as error:
        return [], _message(error)


def start_time(container: InputContainer) -> float:
    """Return the time stamp that counts as zero, s.

    Negative time stamps are a codec's priming and lie before zero.
    """
    return max(0, container.start_time or 0) / av.time_base


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the audio stream with the most channels; None where none has a known codec."""
    # Without a codec, a stream has no attribute `channels` either.
    known = [s for s in container.streams.audio if s.codec_context is not None]
    return max(known, key=lambda s: (s.channels or 0, -s.index), default=None)


def video_stream(container: InputContainer) -> VideoStream | None:
    """Return the first video stream that is not a cover image; None where there is none."""
    return next((s for s in container.streams.video if not _is_cover(s)), None)


def _require_content(path: Path) -> None:
    """Raise MediaError unless a path is a regular file with content."""
    try:
        info = path.stat()
    except (OSError, ValueError) as error:
        raise MediaError("file_missing", str(error)) from None
    if not stat.S_ISREG(info.st_mode):
        raise MediaError("unreadable", "not a regular file")
    if info.st_size == 0:
        raise MediaError("empty_file", "0 bytes")


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & type(stream.disposition).attached_pic)


def _message(error: BaseException) -> str:
    """Return an error as one line, without the path, which differs between machines."""
    text = str(getattr(error, "strerror", None) or error)
    return text.splitlines()[0][:MAX_MESSAGE_LENGTH]
