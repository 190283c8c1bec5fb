"""Open media files safely: local containers only, errors with a reason code, everything closed."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import InputContainer
from av.stream import Stream

from foa360.media.clock import JUMPING, Clock
from foa360.media.streams import used_streams

# PyAV's stubs type packets and frames by their stream, which one function for both cannot keep.
Packet = Any
Frame = Any

#: Containers that may be opened. Playlists are excluded because they would open other files.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,wav,w64,rf64,flac,avi,mpegts,mpeg,aiff,caf,mp3,aac,"
    "flv,asf,h264,hevc,ivf,amb,au,mxf,wv"
)
#: First bytes of still images; those of HEIF follow the size of a box.
IMAGE_BEGINS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
HEIF = {b"ftypheic", b"ftypmif1", b"ftypavif"}
#: Longest priming of a codec, s; 2112 samples at 8 kHz are 0.26 s.
LONGEST_PRIMING_S = 0.5
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
        message = "a still image" if is_image(path) else _message(error)
        raise MediaError("unreadable", message) from None
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


def demux(
    container: InputContainer, *streams: Stream, clock: Clock | None = None
) -> Iterator[tuple[Packet, str]]:
    """Yield the packets of streams, the last one of each empty.

    Where the clock of a container jumps, their time stamps are counted on, by `clock`. Where
    reading ends with an error, the last item is None and the error message.
    """
    if container.format.name not in JUMPING:
        clock = None
    elif clock is None:
        clock = Clock()
    # The clocks of audio and video are compared, whichever of them is read.
    read = streams if clock is None else {*streams, *used_streams(container)}
    iterator = container.demux(*read)
    while True:
        try:
            packet = next(iterator)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            yield None, _message(error)
            return
        if clock is not None:
            clock.shift(packet)
        if packet.stream in streams:
            yield packet, ""


def decode_packet(packet: Packet) -> tuple[list[Frame], str]:
    """Return the frames that a packet completes, or the decoder's error message."""
    try:
        return packet.decode(), ""
    except (av.error.FFmpegError, ValueError) as error:
        return [], _message(error)


def start_time(container: InputContainer) -> float:
    """Return the time stamp that counts as zero, s: that of the first presented sample or frame.

    Slightly negative time stamps are a codec's priming and lie before zero. In a transport stream
    whose clock wraps, those before the wrap are negative, too.
    """
    first = (container.start_time or 0) / av.time_base
    return 0.0 if -LONGEST_PRIMING_S < first < 0 else first


def is_image(path: Path) -> bool:
    """Return whether a file begins as still images do: JPEG, PNG, GIF, BMP, TIFF, WebP, HEIF."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head.startswith(IMAGE_BEGINS) or head[:4] + head[8:] == b"RIFFWEBP" or head[4:] in HEIF


def limit_frames(container: InputContainer, max_pixels: int | None) -> None:
    """Let the decoders of a container refuse frames with more than so many pixels."""
    if max_pixels is None:
        return
    for stream in container.streams.video:
        if stream.codec_context is not None:
            stream.codec_context.options = {"max_pixels": str(max_pixels)}


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


def _message(error: BaseException) -> str:
    """Return an error as one line, without the path, which differs between machines."""
    text = str(getattr(error, "strerror", None) or error)
    return text.splitlines()[0][:MAX_MESSAGE_LENGTH]
