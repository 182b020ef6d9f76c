"""The NBD protocol, server side: fixed newstyle negotiation and simple replies (the NetworkBlockDevice specification).

Maintainers keep: every length and range is checked before it is used; what a device refuses is an error of that request
and the connection goes on. Nothing of a block is ever logged.
"""

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum, IntFlag
from typing import BinaryIO, Protocol

from attrs import frozen

MAGIC = 0x4E42444D41474943
OPTION_MAGIC = 0x49484156454F5054
REPLY_MAGIC = 0x3E889045565A9
REQUEST_MAGIC = 0x25609513
SIMPLE_MAGIC = 0x67446698
FIXED_NEWSTYLE, NO_ZEROES = 1, 2
OPTION_BYTES_MAX = 64 << 10
REQUEST_BYTES_MAX = 32 << 20
BLOCK_PREFERRED = 4096

_OPTION = struct.Struct(">QII")
_REPLY = struct.Struct(">QIII")
_REQUEST = struct.Struct(">IHHQQI")
_SIMPLE = struct.Struct(">IIQ")


class Option(IntEnum):
    """What a client may ask for before it begins."""

    EXPORT_NAME = 1
    ABORT = 2
    LIST = 3
    INFO = 6
    GO = 7


class NbdReply(IntEnum):
    """How an option is answered."""

    ACK = 1
    SERVER = 2
    INFO = 3
    UNSUPPORTED = 0x8000_0001
    INVALID = 0x8000_0003
    UNKNOWN = 0x8000_0006


class NbdCommand(IntEnum):
    """What a client may do."""

    READ = 0
    WRITE = 1
    DISCONNECT = 2
    FLUSH = 3
    TRIM = 4
    WRITE_ZEROES = 6


class Transmission(IntFlag):
    """What an export can do."""

    HAS_FLAGS = 1
    READ_ONLY = 2
    SEND_FLUSH = 4
    SEND_FUA = 8
    SEND_TRIM = 32
    SEND_WRITE_ZEROES = 64
    MULTI_CONNECTION = 256


class Error(IntEnum):
    """How a request fails."""

    NOT_PERMITTED = 1
    IO = 5
    INVALID = 22
    NO_SPACE = 28
    NOT_SUPPORTED = 95
    SHUTDOWN = 108


class DeviceError(Exception):
    """A device refuses a request."""

    def __init__(self, error: Error) -> None:
        """With this error."""
        super().__init__(error.name)
        self.error = error


class Device(Protocol):
    """What an export is made of; ranges are within `size_bytes`."""

    size_bytes: int
    read_only: bool

    def read(self, offset: int, length: int) -> bytes:
        """The bytes as they are now."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite."""
        ...

    def zero(self, offset: int, length: int) -> None:
        """Make zeros."""
        ...

    def flush(self) -> None:
        """What was written survives."""
        ...


Opener = Callable[[], Device]
Exports = Callable[[], Mapping[str, Opener]]


class Ended(Exception):  # noqa: N818  (how a connection ends)
    """The client is gone, or speaks something else."""


def flags_of(device: Device) -> Transmission:
    """What this device can do."""
    can = Transmission.HAS_FLAGS | Transmission.SEND_FLUSH | Transmission.SEND_FUA | Transmission.MULTI_CONNECTION
    if device.read_only:
        return can | Transmission.READ_ONLY
    return can | Transmission.SEND_TRIM | Transmission.SEND_WRITE_ZEROES


@frozen
class NbdRequest:
    """One request of a client."""

    flags: int
    kind: int
    cookie: int
    offset: int
    length: int


class NbdConnection:
    """One client, from its greeting to its end; `exports` is asked for every option."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, exports: Exports) -> None:
        """Nothing was said yet."""
        self._source, self._sink, self._exports = source, sink, exports

    def run(self) -> None:
        """Negotiate and serve until the client ends it."""
        try:
            device = self._negotiate()
            while device is not None and self._serve(device):
                pass
        except (Ended, OSError):
            return

    def _read(self, length: int) -> bytes:
        data = self._source.read(length)
        if len(data) < length:
            raise Ended
        return data

    def _say(self, *parts: bytes) -> None:
        self._sink.write(b"".join(parts))
        self._sink.flush()

    def _negotiate(self) -> Device | None:
        self._say(struct.pack(">QQH", MAGIC, OPTION_MAGIC, FIXED_NEWSTYLE | NO_ZEROES))
        without_zeroes = bool(struct.unpack(">I", self._read(4))[0] & NO_ZEROES)
        while True:
            magic, option, length = _OPTION.unpack(self._read(_OPTION.size))
            if magic != OPTION_MAGIC or length > OPTION_BYTES_MAX:
                raise Ended
            data = self._read(length)
            if option == Option.ABORT:
                self._reply(option, NbdReply.ACK)
                return None
            device = self._option(option, data)
            if device is not None:
                if option == Option.EXPORT_NAME:
                    tail = b"" if without_zeroes else bytes(124)
                    self._say(struct.pack(">QH", device.size_bytes, flags_of(device)), tail)
                return device

    def _option(self, option: int, data: bytes) -> Device | None:
        """Answer one option; the device when the client begins with it."""
        exports = self._exports()
        if option == Option.EXPORT_NAME:
            device = _opened(exports, data.decode(errors="replace"))
            if device is None:
                raise Ended
            return device
        if option == Option.LIST:
            for name in exports:
                encoded = name.encode()
                self._reply(option, NbdReply.SERVER, struct.pack(">I", len(encoded)) + encoded)
            self._reply(option, NbdReply.ACK)
        elif option in {Option.INFO, Option.GO}:
            return self._info(option, data, exports)
        else:
            self._reply(option, NbdReply.UNSUPPORTED)
        return None

    def _info(self, option: int, data: bytes, exports: Mapping[str, Opener]) -> Device | None:
        length = struct.unpack_from(">I", data)[0] if len(data) >= 6 else OPTION_BYTES_MAX
        if length > len(data) - 6:
            self._reply(option, NbdReply.INVALID)
            return None
        device = _opened(exports, data[4 : 4 + length].decode(errors="replace"))
        if device is None:
            self._reply(option, NbdReply.UNKNOWN)
            return None
        self._reply(option, NbdReply.INFO, struct.pack(">HQH", 0, device.size_bytes, flags_of(device)))
        self._reply(option, NbdReply.INFO, struct.pack(">HIII", 3, 1, BLOCK_PREFERRED, REQUEST_BYTES_MAX))
        self._reply(option, NbdReply.ACK)
        return device if option == Option.GO else None

    def _reply(self, option: int, kind: NbdReply, data: bytes = b"") -> None:
        self._say(_REPLY.pack(REPLY_MAGIC, option, kind, len(data)), data)

    def _serve(self, device: Device) -> bool:
        """Answer one request; False when it was the last one."""
        magic, *numbers = _REQUEST.unpack(self._read(_REQUEST.size))
        request = NbdRequest(*numbers)
        if magic != REQUEST_MAGIC or (request.kind == NbdCommand.WRITE and request.length > REQUEST_BYTES_MAX):
            raise Ended
        if request.kind == NbdCommand.DISCONNECT:
            return False
        data = self._read(request.length) if request.kind == NbdCommand.WRITE else b""
        try:
            answer = carry_out(device, request, data)
        except DeviceError as refusal:
            self._say(_SIMPLE.pack(SIMPLE_MAGIC, refusal.error, request.cookie))
        else:
            self._say(_SIMPLE.pack(SIMPLE_MAGIC, 0, request.cookie), answer)
        return True


def _opened(exports: Mapping[str, Opener], name: str) -> Device | None:
    if name in exports:
        return exports[name]()
    return next(iter(exports.values()))() if not name and len(exports) == 1 else None


FUA, ONE_REQUEST = 1, {NbdCommand.READ, NbdCommand.WRITE}


def carry_out(device: Device, request: NbdRequest, data: bytes) -> bytes:
    """Do what a request asks and return what was read; DeviceError says why not."""
    if request.kind == NbdCommand.FLUSH:
        device.flush()
        return b""
    _check(device, request)
    if request.kind == NbdCommand.READ:
        return device.read(request.offset, request.length)
    if request.kind == NbdCommand.WRITE:
        device.write(request.offset, data)
    else:
        device.zero(request.offset, request.length)
    if request.flags & FUA:
        device.flush()
    return b""


def _check(device: Device, request: NbdRequest) -> None:
    if request.kind not in frozenset(NbdCommand):
        raise DeviceError(Error.INVALID)
    if request.kind != NbdCommand.READ and device.read_only:
        raise DeviceError(Error.NOT_PERMITTED)
    if request.offset + request.length > device.size_bytes:
        raise DeviceError(Error.NO_SPACE if request.kind == NbdCommand.WRITE else Error.INVALID)
    if request.kind in ONE_REQUEST and request.length > REQUEST_BYTES_MAX:
        raise DeviceError(Error.INVALID)
