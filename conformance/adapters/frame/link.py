"""The line between the two sites: a relay between sockets of this machine that can be cut, healed, counted.

Rule: it carries bytes and understands none of them; a cut line refuses new connections and drops the old ones.
"""

import contextlib
import select
import socket
import threading
import time
from pathlib import Path

RECEIVE_BYTES = 1 << 16
CONNECTIONS_MAX = 64


Door = Path | int
"""A unix socket, or a TCP port of this machine (as an entrance 0: any that is free)."""


class Link:
    """Relays every connection to `entrance` onwards to `way_out`; `bytes_sent` counts what left through it.

    What leaves is what the connecting side sends, or what it receives where it is the one that `pulls`.
    """

    def __init__(self, entrance: Door, way_out: Door, *, pulls: bool = False) -> None:
        """Listen at once; the link is up."""
        self.bytes_sent = 0
        self.up = True
        self.rate_bytes = 0  # per second, at most; 0: as fast as it goes
        self._exit = way_out
        self._pulls = pulls
        self._allowance: int | None = None
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._listener = socket.socket(_family(entrance))
        self._listener.bind(_address(entrance))
        self._listener.listen(CONNECTIONS_MAX)
        self.entrance: Door = entrance or int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._start(threading.Thread(target=self._accept, daemon=True))

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        with self._lock:
            self.up = False
            _shut(*self._ends)

    def cut_after(self, size_bytes: int) -> None:
        """Cut in the middle of things, when `size_bytes` more (at least 1) have left."""
        self._allowance = max(1, size_bytes)

    def heal(self) -> None:
        """Let connections pass again."""
        self._allowance = None
        self.up = True

    def drained(self) -> bool:
        """Whether every connection has ended, so that `bytes_sent` holds all that was sent until now.

        QEMU says goodbye in 28 bytes when it lets go of a disk; counted by another thread, they may come in late.
        """
        with self._lock:
            return not self._ends

    def close(self) -> None:
        """End every thread and socket."""
        self.cut()
        _shut(self._listener)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, thread: threading.Thread) -> None:
        self._threads = [each for each in self._threads if each.is_alive()]
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._start(threading.Thread(target=self._serve, args=(near,), daemon=True))

    def _serve(self, near: socket.socket) -> None:
        with near, socket.socket(_family(self._exit)) as far:
            with self._lock:
                passes = self.up and _connected(far, self._exit)
                self._ends |= {near, far}
            with contextlib.suppress(OSError):
                if passes:
                    self._relay(near, far)
            with self._lock:
                self._ends -= {near, far}

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        while True:
            for source in select.select((near, far), (), ())[0]:
                data = source.recv(RECEIVE_BYTES)
                if not data:
                    return
                to = far if source is near else near
                if (source is near) is self._pulls:
                    to.sendall(data)
                else:
                    to.sendall(self._charge(data))
                    time.sleep(len(data) / self.rate_bytes if self.rate_bytes else 0)

    def _charge(self, data: bytes) -> bytes:
        """Count what leaves; when the allowance ends inside `data` the line is cut there."""
        if self._allowance is not None:
            data = data[: self._allowance]
            self._allowance -= len(data)
            if self._allowance == 0:
                self._allowance = None
                self.cut()
        self.bytes_sent += len(data)
        return data


def _family(door: Door) -> socket.AddressFamily:
    return socket.AF_UNIX if isinstance(door, Path) else socket.AF_INET


def _address(door: Door) -> str | tuple[str, int]:
    return str(door) if isinstance(door, Path) else ("127.0.0.1", door)


def _connected(end: socket.socket, door: Door) -> bool:
    try:
        end.connect(_address(door))
    except OSError:
        return False
    return True


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
