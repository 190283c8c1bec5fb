"""Decode the video frames at given times, and as few others as the codec allows."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from foa360.media.container import MediaError, Packet, decode_packet, start_time
from foa360.media.packet_queue import BEFORE_ALL, KeyFrame, PacketQueue
from foa360.media.streams import video_stream

#: A requested time that lies further than this ahead is reached by a seek, s.
MIN_SEEK_DISTANCE_S = 15.0
#: The last frame is still shown this long after its end, s.
LAST_FRAME_HOLD_S = 0.25
#: A frame this near to a requested time begins at it, s.
EXACT_S = 1e-6
#: The first frame of a video is shown this long before its time, s.
FIRST_FRAME_LEAD_S = 1.0
#: Decoder threads; fixed, so that damaged streams decode the same on every machine. More threads
#: take more CPU time, and jobs run side by side anyway.
DECODER_THREADS = 1
#: Frame rate that is assumed where the header states none, 1/s.
DEFAULT_FPS = 25


class FrameRequest(NamedTuple):
    """A request for the frame that is shown at a time.

    time : s.
    tolerance : s; the first key frame that begins up to so much later is taken instead, if any.
    use : index of the use of the frame, for the caller. Of requests for one time, those with lower
        numbers come first.
    """

    time: float
    tolerance: float = 0.0
    use: int = 0


class DecodedFrame(NamedTuple):
    """A frame and the time from which it is shown, s."""

    time: float
    frame: VideoFrame


class FoundFrame(NamedTuple):
    """Answer to a request.

    time : the requested time, or that of the key frame that was taken, s.
    frame : None where the media have none.
    """

    request: FrameRequest
    time: float
    frame: VideoFrame | None


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

    def __init__(self, container: InputContainer, stream: VideoStream | None = None) -> None:
        """Prepare a video stream, by default the one that is read.

        Raises MediaError `no_video` where there is none.
        """
        stream = stream or video_stream(container)
        if stream is None or stream.codec_context is None:
            raise MediaError("no_video", "")
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = DECODER_THREADS
        self._half_frame = 0.5 / float(stream.average_rate or DEFAULT_FPS)
        self._packets = PacketQueue(container, stream)
        self._frames = FrameQueue(self._packets, stream, start_time(container))
        self._end = BEFORE_ALL  # time of the last frame, where reading has come to an end
        self._sought = False
        self._has_skipped = False  # whether the decoder has missed packets
        self._is_sequential = False  # whether all further packets are decoded
        self._is_over = False

    def read(self, requests: Iterable[FrameRequest]) -> Iterator[FoundFrame]:
        """Yield the answer to each request, in the order of the times of the frames."""
        waiting = [(request.time, request.use, request) for request in requests]
        heapq.heapify(waiting)
        while waiting:
            time, use, request = heapq.heappop(waiting)
            if self._is_over:
                yield FoundFrame(request, time, None)
                continue
            is_far = time > max(self._packets.latest_time, 0) + MIN_SEEK_DISTANCE_S
            if is_far and not self._is_sequential:
                self._seek(time)
            if time == request.time and request.tolerance:
                later = self._key_frame_after(time, request.tolerance)
                if later > time:
                    heapq.heappush(waiting, (later, use, request))
                    continue
            self._skip_to(time)
            yield FoundFrame(request, time, self._find(time))

    def _key_frame_after(self, time: float, tolerance: float) -> float:
        """Return the time of the first key frame after a time; that time if there is none."""
        self._packets.read_ahead(time + tolerance)
        self._packets.forget_key_times(time - self._half_frame)
        for key_time in sorted(self._packets.key_times):
            if key_time < time + tolerance - self._half_frame:
                return max(time, key_time)
        return time

    def _find(self, time: float) -> VideoFrame | None:
        """Return the frame shown at a time; None where there is none."""
        frames = self._frames
        while (following := frames.peek()) is not None:
            if following.time > time + self._half_frame:
                if frames.shown is None and self._has_skipped:
                    # What is shown was missed: the key frame is damaged, or is none.
                    return self._find(time) if self._read_from_start() else None
                if frames.shown is not None:
                    return frames.shown.frame
                # Shortly before the start of the video, its first frame is shown.
                return following.frame if following.time - time < FIRST_FRAME_LEAD_S else None
            frames.advance()
            if abs(following.time - time) < EXACT_S:
                # That of a key frame: no later one needs to be decoded.
                return following.frame
        last = frames.shown
        if last is None or time > last.time + 2 * self._half_frame + LAST_FRAME_HOLD_S:
            self._note_end(last)
            return None
        return last.frame

    def _note_end(self, last: DecodedFrame | None) -> None:
        """Note that nothing follows a frame; if a seek leads to it again, it is the last one.

        Otherwise each later request would decode the end of the file once more. Behind damage, a
        seek leads to other frames.
        """
        if last is None:
            return
        self._is_over = self._sought and last.time == self._end
        self._end = last.time
        self._sought = False

    def _skip_to(self, time: float) -> None:
        """Skip to the last key frame before a time, unless that frame is decoded already."""
        if self._is_sequential or self._frames.reaches(time):
            return
        while True:
            # Only so many packets are held: far ahead, one key frame after the other is reached.
            self._packets.read_ahead(time)
            key_frame = self._last_key_frame(time)
            if key_frame is None:
                return
            self._frames.restart(key_frame.time - self._half_frame)
            self._has_skipped = True
            self._packets.drop(key_frame.position)

    def _last_key_frame(self, time: float) -> KeyFrame | None:
        """Return the key frame to restart at; None where decoding simply continues."""
        shown = self._frames.shown
        earliest = BEFORE_ALL if shown is None else shown.time
        latest = time + self._half_frame
        candidates = [key for key in self._packets.key_frames() if earliest < key.time <= latest]
        if not candidates or (candidates[-1].position == 0 and shown is None):
            return None
        return candidates[-1]

    def _seek(self, time: float) -> None:
        """Seek to a time; without an index, the packets up to there are read."""
        key_time = self._packets.seek(time, time + self._half_frame)
        if key_time is not None:
            self._frames.restart(key_time - self._half_frame)
            self._sought = True
            self._has_skipped = key_time > BEFORE_ALL
        # One seek per requested time, even where no packet comes out of it.
        reached = time - MIN_SEEK_DISTANCE_S
        self._packets.latest_time = max(self._packets.latest_time, reached)

    def _read_from_start(self) -> bool:
        """Decode the file from its start, once, and skip nothing more; False if it was done."""
        if self._is_sequential or not self._packets.rewind():
            return False
        self._frames.restart(BEFORE_ALL)
        self._is_sequential = True
        self._has_skipped = False
        return True
