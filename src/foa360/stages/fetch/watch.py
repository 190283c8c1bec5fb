"""A watch on the connections of a download, for what no time limit of a socket notices."""

import socket
import threading
import time

#: A watch ends what takes this many times as long as a socket may be silent.
WATCH_FACTOR = 2.0
#: Interval at which a watch looks at the time, s.
WATCH_INTERVAL_S = 0.2


class Watch:
    """Shuts the sockets of a download down when its time is over; another thread cannot wait."""

    def __init__(self, end: float) -> None:
        """Set the time at which all must be over, s of the monotonic clock."""
        self.is_over = False
        self._end = end
        self._deadline = end
        self._sockets: list[socket.socket] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, whatever happened."""
        self._stop.set()
        self._thread.join()
        for sock in self._sockets:
            sock.close()

    def add(self, sock: socket.socket) -> None:
        """Watch a connection, also after TLS has taken its socket over."""
        self._sockets.append(sock.dup())

    def allow(self, seconds: float) -> None:
        """Let the next step take so long from now on."""
        self._deadline = min(self._end, time.monotonic() + seconds)

    def _run(self) -> None:
        while not self._stop.wait(WATCH_INTERVAL_S):
            if time.monotonic() > self._deadline:
                self.is_over = True
                for sock in list(self._sockets):
                    try:
                        sock.shutdown(socket.SHUT_RDWR)
                    except OSError:  # closed by the server
                        continue
