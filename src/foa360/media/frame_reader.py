"""Decode the pictures that are wanted, and as few others as the codec allows."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from av.error import FFmpegError

from foa360.media.container import (
    MediaError,
    decoded,
    demuxed,
    origin,
    video_stream,
)

#: A jump over more than this many seconds is worth a seek.
FAR = 15.0
#: A wanted time may lie this much behind the last picture, s.
BEHIND = 0.25
#: Decoder threads; fixed, so that damaged streams decode the same everywhere.
THREADS = 2
#: Packets that are held at most while a key frame is looked for; time stamps may stand still.
MOST = 3000
#: Where a picture may come this many frames late, those that no other refers to are not decoded.
ENOUGH = 8


class PictureReader:
    """Reads a stream once, and starts decoding anew at key frames where that saves work.

    With `slack` (s) any picture within that time after the wanted one will do: a key frame if
    there is one, else the first that is decoded.
    """

    def __init__(self, container: Any, slack: float = 0.0) -> None:
        """Prepare the video stream; raises MediaError `no_video` where there is none."""
        stream = video_stream(container)
        if stream is None or stream.codec_context is None:
            raise MediaError("no_video", "no video stream")
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = THREADS
        rate = float(stream.average_rate or 25)
        if slack * rate >= ENOUGH:
            stream.codec_context.skip_frame = "NONREF"
        self.container, self.stream, self.slack = container, stream, slack
        self.half, self.zero = 0.5 / rate, origin(container)
        self.source = demuxed(container, stream)
        self.waiting: deque[Any] = deque()  # packets that are not decoded yet
        self.newest = float("-inf")  # time of the last packet read
        self.ready: deque[Any] = deque()  # frames that are decoded and not looked at
        self.shown: Any = None  # the last frame that was looked at
        self.floor = float("-inf")  # frames before this are remains of what was skipped
        self.ended = False

    def at(self, times: Sequence[float]) -> Iterator[tuple[float, Any]]:
        """Time and frame for each wanted time (seconds, ascending); None for no frame."""
        for time in times:
            if time > max(self.newest, 0) + FAR:
                self._seek(time)
            self._skip(time)
            frame = self._find(time)
            begin = time if frame is None else self._time(frame)
            yield (begin if time < begin <= time + self.slack else time), frame

    def _find(self, time: float) -> Any:
        """The frame shown at a time, or within the slack after it."""
        while (frame := self._peek()) is not None:
            begin = self._time(frame)
            if begin > time + max(self.slack, self.half):
                # Before the first picture it is the first one that is shown.
                return frame if self.shown is None else self.shown
            self.shown = self.ready.popleft()
            if self.slack and begin >= time - self.half:
                return frame
        if self.shown is not None and time <= self._time(self.shown) + 2 * self.half + BEHIND:
            return self.shown
        return None

    def _peek(self) -> Any:
        """The next frame in the order of time; None at the end."""
        while not self.ready:
            packet = self.waiting.popleft() if self.waiting else self._read()
            if packet is None:
                return None
            frames, _ = decoded(packet)
            self.ready += [
                f
                for f in frames
                if f.pts is not None and not f.is_corrupt and self._time(f) >= self.floor
            ]
        return self.ready[0]

    def _read(self) -> Any:
        """The next packet; None at the end."""
        packet, _ = (None, "") if self.ended else next(self.source, (None, ""))
        self.ended = packet is None
        if packet is not None and packet.pts is not None:
            self.newest = max(self.newest, self._time(packet))
        return packet

    def _skip(self, time: float) -> None:
        """Go on at the last key frame before a time, or at the first within the slack."""
        if self.ready and self._time(self.ready[0]) > time:
            return
        seen = self._time(self.shown) if self.shown is not None else float("-inf")
        while self.newest <= time + self.slack and len(self.waiting) < MOST:
            packet = self._read()
            if packet is None:
                break
            self.waiting.append(packet)
            if packet.pts is None:  # without times nothing can be skipped
                break
        keys = [
            (self._time(p), i)
            for i, p in enumerate(self.waiting)
            if p.is_keyframe and p.pts is not None
        ]
        keys = [key for key in keys if seen < key[0] <= time + max(self.slack, self.half)]
        late = [key for key in keys if key[0] >= time - self.half]
        if not keys or (keys[-1][1] == 0 and self.shown is None):
            return
        begin, place = late[0] if late and self.slack else keys[-1]
        self._restart(begin - self.half)
        for _ in range(place):
            self.waiting.popleft()

    def _seek(self, time: float) -> None:
        with suppress(FFmpegError):  # without an index it is read on to there
            self.container.seek(int((time + self.zero - 1) * 1e6), backward=True)
            self.source, self.ended = demuxed(self.container, self.stream), False
            self.waiting.clear()
            self._restart(float("-inf"))
        self.newest = max(self.newest, time - FAR)  # once for each time

    def _restart(self, floor: float) -> None:
        self.stream.codec_context.flush_buffers()
        self.ready.clear()
        self.shown, self.floor = None, floor

    def _time(self, of: Any) -> float:
        return float(of.pts * of.time_base) - self.zero
