"""One clock for a container whose own clock jumps: joined recordings, restarted encoders.

Transport and program streams may begin a new part at any packet, with any time stamp. Each part is
counted on from the end of the one before it, for audio and video by the same amount.
"""

from dataclasses import dataclass
from typing import Any

#: Containers whose clock may jump.
JUMPING = {"mpegts", "mpeg"}
#: A time stamp that lies further than this behind its stream's last one, or ahead of all streams,
#: begins a new part, s. What is missing in less time is a gap.
MAX_STEP_BACK_S = 0.5
MAX_STEP_AHEAD_S = 10.0


@dataclass
class _StreamClock:
    """Part of a stream that is read, and its last time stamp in the file, s."""

    part: int
    last: float


class Clock:
    """Shifts the time stamps of packets, in the order of the file."""

    def __init__(self) -> None:
        """Begin at the start of the file."""
        self._shifts = [0.0]  # s, by part
        self._streams: dict[int, _StreamClock] = {}
        self._end = 0.0  # of all packets so far, shifted, s

    @property
    def parts(self) -> int:
        """Number of parts so far."""
        return len(self._shifts)

    def shift(self, packet: Any) -> None:
        """Set the time stamps of the next packet of the streams in use to those of one clock."""
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:
            return
        time = float(stamp * packet.time_base)
        stream = self._streams.setdefault(packet.stream_index, _StreamClock(0, time))
        if self._is_jump(stream, time):
            stream.part += 1
            if stream.part == len(self._shifts):
                self._shifts.append(self._end - time)
        stream.last = time
        shift = self._shifts[stream.part]
        duration = float((packet.duration or 0) * packet.time_base)
        self._end = max(self._end, time + shift + duration)
        if shift:
            ticks = round(shift / packet.time_base)
            packet.dts = None if packet.dts is None else packet.dts + ticks
            packet.pts = None if packet.pts is None else packet.pts + ticks

    def _is_jump(self, stream: _StreamClock, time: float) -> bool:
        if time < stream.last - MAX_STEP_BACK_S:
            return True
        latest = max(s.last for s in self._streams.values() if s.part == stream.part)
        return time > latest + MAX_STEP_AHEAD_S
