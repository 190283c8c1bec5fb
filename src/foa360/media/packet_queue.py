"""Packets of a video stream, read ahead, dropped and sought, so that few of them are decoded."""

from collections import deque
from typing import NamedTuple

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from foa360.media.clock import JUMPING
from foa360.media.container import Packet, demux, start_time

#: A seek aims at this much before the requested time, s. In transport streams it lands on any
#: packet: where no key frame lies between it and the requested time, the next margin is tried.
SEEK_MARGINS_S = (1.0, 12.0, 60.0)
#: Packets may be stored so much before frames that are shown earlier, s.
REORDERING_S = 1.0
#: Packets that are held while a key frame is searched; time stamps may stand still.
MAX_PENDING_PACKETS = 3000
#: Unit of the time stamps of a container, 1/s.
CONTAINER_TIME_BASE = 1e6

BEFORE_ALL = float("-inf")


class KeyFrame(NamedTuple):
    """Time of a key frame, s, and its position among the pending packets."""

    time: float
    position: int


class PacketQueue:
    """Packets of a video stream: those that are read ahead, then the rest of the file.

    latest_time : latest time stamp of a packet that was read, s.
    key_times : times of the key frames that were read, s; see `forget_key_times`.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        """Begin at the current position of the container."""
        self.latest_time = BEFORE_ALL
        self.key_times: deque[float] = deque()
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

    def forget_key_times(self, time: float) -> None:
        """Forget the key frames before a time."""
        while self.key_times and self.key_times[0] < time:
            self.key_times.popleft()

    def seek(self, time: float, latest: float) -> float | None:
        """Go to a key frame before a time, and return the time of that key frame, s.

        `latest` is the latest time at which the key frame may be shown. Where no seek leads to one,
        the file is at its start, and the result is `BEFORE_ALL`; None without a seek, where the
        file has no index, or its clock may jump.
        """
        if self._container.format.name in JUMPING:
            return None  # a time may lie in any part
        for margin in SEEK_MARGINS_S:
            if not self._go_to(time - margin):
                return None
            key_time = self._drop_to_key_frame(latest)
            if key_time is not None:
                return key_time
            if time <= margin:
                break
        return BEFORE_ALL if self.rewind() else None

    def rewind(self) -> bool:
        """Go to the start; False where the file cannot be read again."""
        return self._go_to(0.0)

    def _go_to(self, time: float) -> bool:
        """Continue with any packet near a time."""
        target = int((time + self._zero) * CONTAINER_TIME_BASE)
        try:
            self._container.seek(target, backward=True)
        except FFmpegError:
            return False
        self._source = demux(self._container, self._stream)
        self._at_end = False
        self._pending.clear()
        self.key_times.clear()
        self.latest_time = BEFORE_ALL
        return True

    def _drop_to_key_frame(self, latest: float) -> float | None:
        """Drop the packets before the next key frame, and return its time, s; None if too late.

        Packets without time stamps show no time, so that the key frame counts as too late.
        """
        while self.latest_time <= latest + REORDERING_S:
            packet = self._read()
            if packet is None or packet.pts is None:
                return None
            if packet.is_keyframe:
                self._pending.append(packet)
                key_time = self._time(packet)
                return key_time if key_time <= latest else None
        return None

    def _read(self) -> Packet:
        """Read the next packet of the file; None at the end."""
        if self._at_end:
            return None
        packet, _ = next(self._source, (None, ""))
        if packet is None:
            self._at_end = True
        elif packet.pts is not None:
            self.latest_time = max(self.latest_time, self._time(packet))
            if packet.is_keyframe:
                self.key_times.append(self._time(packet))
        return packet

    def _time(self, packet: Packet) -> float:
        return float(packet.pts * packet.time_base) - self._zero
