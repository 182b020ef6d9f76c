"""A small NBD client, written from the protocol's text and not from our server: for what real programs cannot ask."""

import socket
import struct
import threading
from types import TracebackType
from typing import BinaryIO, Self, cast

from siteproof.reference.service.nbd import Exports, NbdConnection


class Client:
    """One connection to a server in a thread of this process."""

    def __init__(self, exports: Exports) -> None:
        ours, theirs = socket.socketpair()
        self.file = ours.makefile("rwb")
        ours.close()
        source, sink = cast(BinaryIO, theirs.makefile("rb")), cast(BinaryIO, theirs.makefile("wb"))
        theirs.close()

        def run() -> None:
            with source, sink:
                NbdConnection(source, sink, exports).run()

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        assert self.take(18) == b"NBDMAGICIHAVEOPT\x00\x03"
        self.send(struct.pack(">I", 3))
        self.size = 0
        self.cookie = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def send(self, data: bytes) -> None:
        """As it is."""
        self.file.write(data)
        self.file.flush()

    def take(self, length: int) -> bytes:
        """So many bytes, fewer at the end."""
        return self.file.read(length)

    def option(self, option: int, data: bytes = b"") -> list[tuple[int, bytes]]:
        """Every reply to an option, up to the last one."""
        self.send(b"IHAVEOPT" + struct.pack(">II", option, len(data)) + data)
        replies = []
        while True:
            magic, echoed, kind, length = struct.unpack(">QIII", self.take(20))
            assert (magic, echoed) == (0x3E889045565A9, option)
            replies.append((kind, self.take(length)))
            if kind == 1 or kind & 0x8000_0000:
                return replies

    def go(self, name: str) -> int:
        """Begin with an export; its flags."""
        encoded = name.encode()
        replies = self.option(7, struct.pack(">I", len(encoded)) + encoded + struct.pack(">H", 0))
        assert replies[-1][0] == 1, replies
        self.size, flags = struct.unpack(">QH", replies[0][1][2:])
        return int(flags)

    def ask(self, kind: int, offset: int = 0, length: int = 0, data: bytes = b"", flags: int = 0) -> tuple[int, bytes]:
        """One request: its error, and what was read."""
        self.cookie += 1
        size = len(data) or length
        self.send(struct.pack(">IHHQQI", 0x25609513, flags, kind, self.cookie, offset, size) + data)
        magic, error, cookie = struct.unpack(">IIQ", self.take(16))
        assert (magic, cookie) == (0x67446698, self.cookie)
        return error, self.take(size) if kind == 0 and not error else b""
