"""Sample positions of decoded audio frames, from time stamps that are rounded, wrong or missing."""

#: Deviations below this from gapless audio are rounding of time stamps, s (WebM counts in ms).
ROUNDING_S = 0.005
#: A deviation above this is a gap at once, s. A smaller one is a gap only if the next frame
#: deviates as much: in Ogg, the last frame of a page often has the time stamp of a longer frame.
CLEAR_GAP_S = 0.06


class Timeline:
    """Place frames one after the other; follow their time stamps only across gaps.

    Positions count samples from the start of the media. Samples before it, the priming of a codec,
    have negative positions.

    start : position of the first sample; None before the first frame.
    end : position after the last sample, where the next frame is expected.
    """

    def __init__(self, sample_rate: int) -> None:
        """Begin a stream of `sample_rate` (Hz)."""
        self.start: int | None = None
        self.end = 0
        self._sample_rate = sample_rate
        self._unconfirmed = 0  # deviation of the last time stamp that was not followed, samples

    def place(self, time: float | None, length: int) -> int:
        """Return the position of the first sample of the next frame.

        `time` is the time stamp of the frame (s from the start of the media), None where it has
        none; `length` is its number of samples.
        """
        position = self._position(time)
        if self.start is None:
            self.start = position
        self.end = position + length
        return position

    def _position(self, time: float | None) -> int:
        if time is None:
            return self.end
        stamped = round(time * self._sample_rate)
        if self.start is None:
            return stamped
        deviation = stamped - self.end
        if self._is_gap(deviation):
            self._unconfirmed = 0
            return stamped
        self._unconfirmed = deviation
        return self.end

    def _is_gap(self, deviation: int) -> bool:
        rounding = ROUNDING_S * self._sample_rate
        if abs(deviation) > CLEAR_GAP_S * self._sample_rate:
            return True
        confirms = abs(deviation - self._unconfirmed) < rounding
        return abs(deviation) > rounding and confirms
