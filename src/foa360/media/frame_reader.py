"""Decode the video frames at given times, and as few others as the codec allows."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foa360.media.container import (
    MediaError,
    Packet,
    decode_packet,
    demux,
    start_time,
    video_stream,
)

#: A requested time that lies further than this ahead is reached by a seek, s.
MIN_SEEK_DISTANCE_S = 15.0
#: The seek aims at this much before the requested time, s.
SEEK_MARGIN_S = 1.0
#: The last frame is still shown this long after its end, s.
LAST_FRAME_HOLD_S = 0.25
#: Decoder threads; fixed, so that damaged streams decode the same on every machine.
DECODER_THREADS = 2
#: Packets that are held while a key frame is searched; time stamps may stand still.
MAX_PENDING_PACKETS = 3000
#: With a tolerance of at least this many frames, frames without dependents are not decoded.
MIN_TOLERANCE_TO_SKIP_FRAMES = 8
#: Frame rate that is assumed where the header states none, 1/s.
DEFAULT_FPS = 25
#: Unit of the time stamps of a container, 1/s.
CONTAINER_TIME_BASE = 1e6

BEFORE_ALL = float("-inf")


class DecodedFrame(NamedTuple):
    """A frame and the time from which it is shown, s."""

    time: float
    frame: VideoFrame


class KeyFrame(NamedTuple):
    """Time of a key frame, s, and its position among the pending packets."""

    time: float
    position: int


class PacketQueue:
    """Packets of a video stream: those that are read ahead, then the rest of the file.

    latest_time : latest time stamp of a packet that was read, s.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        """Begin at the current position of the container."""
        self.latest_time = BEFORE_ALL
        self._container = container
        self._stream = stream
        self._zero = start_time(container)
        self._source = demux(container, stream)
        self._at_end = False
        self._pending: deque[Packet] = deque()

    def pop(self) -> Packet:
        """Return the next packet; None at the end."""
        if self._pending:
            return self._pending.popleft()
        return self._read()

    def drop(self, count: int) -> None:
        """Remove the first pending packets."""
        for _ in range(count):
            self._pending.popleft()

    def read_ahead(self, time: float) -> None:
        """Read packets until one is later than a time, or has no time stamp."""
        while self.latest_time <= time and len(self._pending) < MAX_PENDING_PACKETS:
            packet = self._read()
            if packet is None:
                return
            self._pending.append(packet)
            if packet.pts is None:
                return

    def key_frames(self) -> list[KeyFrame]:
        """Return the pending key frames that have a time stamp."""
        found = []
        for index, packet in enumerate(self._pending):
            if packet.is_keyframe and packet.pts is not None:
                found.append(KeyFrame(self._time(packet), index))
        return found

    def seek(self, time: float) -> bool:
        """Go to the last key frame before a time; False where the file has no index."""
        target = int((time + self._zero - SEEK_MARGIN_S) * CONTAINER_TIME_BASE)
        try:
            self._container.seek(target, backward=True)
        except FFmpegError:
            return False
        self._source = demux(self._container, self._stream)
        self._at_end = False
        self._pending.clear()
        return True

    def _read(self) -> Packet:
        """Read the next packet of the file; None at the end."""
        if self._at_end:
            return None
        packet, _ = next(self._source, (None, ""))
        if packet is None:
            self._at_end = True
        elif packet.pts is not None:
            self.latest_time = max(self.latest_time, self._time(packet))
        return packet

    def _time(self, packet: Packet) -> float:
        return float(packet.pts * packet.time_base) - self._zero


class FrameQueue:
    """Decoded frames in the order of time, with the one that is shown at the current time.

    shown : the last frame that was passed; None before the first one.
    """

    def __init__(self, packets: PacketQueue, stream: VideoStream, zero: float) -> None:
        """Decode from the packets of a stream; `zero` is the time stamp that counts as 0, s."""
        self.shown: DecodedFrame | None = None
        self._packets = packets
        self._codec = stream.codec_context
        self._zero = zero
        self._ready: deque[DecodedFrame] = deque()
        self._first_time = BEFORE_ALL  # earlier frames lack the packets that were skipped

    def peek(self) -> DecodedFrame | None:
        """Decode up to the next frame and return it; None at the end."""
        while not self._ready:
            packet = self._packets.pop()
            if packet is None:
                return None
            self._decode(packet)
        return self._ready[0]

    def advance(self) -> None:
        """Pass the frame that `peek` returned."""
        self.shown = self._ready.popleft()

    def reaches(self, time: float) -> bool:
        """Return whether a frame after a time is decoded already."""
        return bool(self._ready) and self._ready[0].time > time

    def restart(self, first_time: float) -> None:
        """Forget all frames; the next packet is a key frame. Earlier frames are dropped."""
        self._codec.flush_buffers()
        self._ready.clear()
        self.shown = None
        self._first_time = first_time

    def _decode(self, packet: Packet) -> None:
        frames, _ = decode_packet(packet)
        for frame in frames:
            if frame.pts is None or frame.is_corrupt:
                continue
            time = float(frame.pts * frame.time_base) - self._zero
            if time >= self._first_time:
                self._ready.append(DecodedFrame(time, frame))


class FrameReader:
    """Read a stream once, and restart the decoder at key frames where that saves work."""

    def __init__(self, container: InputContainer, tolerance: float = 0.0) -> None:
        """Prepare the video stream; raises MediaError `no_video` where there is none.

        With a `tolerance` (s), any frame within that time after the requested one is accepted: a
        key frame if there is one, else the first that is decoded.
        """
        stream = video_stream(container)
        if stream is None or stream.codec_context is None:
            raise MediaError("no_video", "no video stream")
        fps = float(stream.average_rate or DEFAULT_FPS)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = DECODER_THREADS
        if tolerance * fps >= MIN_TOLERANCE_TO_SKIP_FRAMES:
            stream.codec_context.skip_frame = "NONREF"
        self._tolerance = tolerance
        self._half_frame = 0.5 / fps
        self._packets = PacketQueue(container, stream)
        self._frames = FrameQueue(self._packets, stream, start_time(container))

    def at(self, times: Sequence[float]) -> Iterator[DecodedFrame | None]:
        """Yield the frame shown at each time (s, ascending); None where there is none.

        The time of a frame is the requested one, unless the frame begins within the tolerance
        after it.
        """
        for time in times:
            if time > max(self._packets.latest_time, 0) + MIN_SEEK_DISTANCE_S:
                self._seek(time)
            self._skip_to(time)
            found = self._find(time)
            if found is None:
                yield None
            else:
                late = time < found.time <= time + self._tolerance
                yield DecodedFrame(found.time if late else time, found.frame)

    def _find(self, time: float) -> DecodedFrame | None:
        """Return the frame shown at a time, or the first within the tolerance after it."""
        frames = self._frames
        latest = time + max(self._tolerance, self._half_frame)
        while (following := frames.peek()) is not None:
            if following.time > latest:
                # Before the start of the video, its first frame is shown.
                return frames.shown or following
            frames.advance()
            if self._tolerance and following.time >= time - self._half_frame:
                return following
        last = frames.shown
        if last is None or time > last.time + 2 * self._half_frame + LAST_FRAME_HOLD_S:
            return None
        return last

    def _skip_to(self, time: float) -> None:
        """Skip to the last key frame before a time, or to the first within the tolerance."""
        if self._frames.reaches(time):
            return
        self._packets.read_ahead(time + self._tolerance)
        key_frame = self._best_key_frame(time)
        if key_frame is None:
            return
        self._frames.restart(key_frame.time - self._half_frame)
        self._packets.drop(key_frame.position)

    def _best_key_frame(self, time: float) -> KeyFrame | None:
        """Return the key frame to restart at; None where decoding simply continues."""
        shown = self._frames.shown
        earliest = BEFORE_ALL if shown is None else shown.time
        latest = time + max(self._tolerance, self._half_frame)
        candidates = [key for key in self._packets.key_frames() if earliest < key.time <= latest]
        if not candidates:
            return None
        if candidates[-1].position == 0 and shown is None:
            return None
        if self._tolerance:
            for key_frame in candidates:
                if key_frame.time >= time - self._half_frame:
                    return key_frame
        return candidates[-1]

    def _seek(self, time: float) -> None:
        """Seek to a time; without an index, the packets up to there are read."""
        if self._packets.seek(time):
            self._frames.restart(BEFORE_ALL)
        # One seek per requested time, even where no packet comes out of it.
        reached = time - MIN_SEEK_DISTANCE_S
        self._packets.latest_time = max(self._packets.latest_time, reached)
