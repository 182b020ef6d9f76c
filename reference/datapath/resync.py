"""Resynchronisation: both sides compare digests, and only differing blocks travel (seed: Resynchronization process).

Two sans-I/O parties. The source says START with a cut of the whole disk; round by round the target publishes the roots
of some windows, the source asks for leaves and blocks where they differ and sends those blocks sealed; END names what
the differing windows have to be. The target CONCLUDES only after END, the source COMPLETES only after CONCLUDED.

Maintainers keep: the cut shows no write after START, and deltas follow after END, so an older content never overwrites
a newer one. Losing a message loses nothing: a new START compares again, and what has arrived is equal by then.
"""

from collections.abc import Iterator

import numpy as np
from attrs import define

from siteproof.reference.datapath.blocks import Blocks
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.digests import (
    DIGEST_BYTES,
    LEAF_BLOCKS,
    LEAVES_PER_WINDOW,
    Digester,
    differing,
)
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.resync_messages import NAME, Message, Say, unpack
from siteproof.reference.datapath.sealer import Sealer

ROUND_WINDOWS = 64  # 256 MiB are compared and committed at a time


@define
class ResyncReport:
    """What travelled: bytes of digests and requests, bytes of sealed frames, and how many blocks differed."""

    bytes_digests: int = 0
    bytes_frames: int = 0
    blocks_sent: int = 0


class ResyncSource:
    """The side whose bytes are right. `completed` becomes True only when the target has concluded."""

    def __init__(self, cut: Cut, blocks: int, sealer: Sealer, keys: DiskKeys) -> None:
        """`cut` is `SourceDisk.take_all()`; its owner says `done` when this has completed, `failed` otherwise."""
        self.completed = False
        self.report = ResyncReport()
        self._cut = cut
        self._blocks = blocks
        self._sealer = sealer
        self._key = keys.digest_key()
        self._session = int.from_bytes(keys.random(8), "little")
        self._digester = Digester(self._key, blocks, cut.read_span, cut.is_empty)
        self._round = 0
        self._leaves: dict[int, bytes] = {}  # of the round's windows
        self._wanted: tuple[int, ...] = ()  # leaves whose blocks were asked for
        self._expected: dict[int, bytes] = {}  # roots of windows that differed
        self._ended = False

    def start(self) -> bytes:
        """The first message."""
        return self._say(Say.START, numbers=(self._cut.lsn, self._blocks))

    def receive(self, data: bytes) -> Iterator[bytes]:
        """What to answer to a message of the target; CorruptLog when it cannot be believed."""
        message = unpack(self._key, data)
        self.report.bytes_digests += len(data)
        if message.session != self._session or message.round != self._round:
            return
        if message.say is Say.CONCLUDED:
            self.completed = self._ended
        elif not self._ended:
            yield from self._answer(message)

    def _answer(self, message: Message) -> Iterator[bytes]:
        try:
            match message.say:
                case Say.ROOTS:
                    yield from self._compare_roots(message.data)
                case Say.LEAVES:
                    yield from self._compare_leaves(message.data)
                case Say.BLOCKS:
                    yield from self._send_blocks(message.data)
        except ValueError as error:
            raise CorruptLog(NAME, 0, str(error)) from error

    def _compare_roots(self, theirs: bytes) -> Iterator[bytes]:
        windows = round_windows(self._round, self._digester.windows)
        self._leaves = {window: self._digester.leaves(window) for window in windows}
        roots = {window: self._digester.root(leaves) for window, leaves in self._leaves.items()}
        wanted = [windows[index] for index in differing(b"".join(roots.values()), theirs)]
        self._expected |= {window: roots[window] for window in wanted}
        self._leaves = {window: self._leaves[window] for window in wanted}
        yield self._say(Say.WANT_LEAVES, tuple(wanted)) if wanted else self._end_round()

    def _compare_leaves(self, theirs: bytes) -> Iterator[bytes]:
        numbers = [
            w * LEAVES_PER_WINDOW + n for w, own in self._leaves.items() for n in range(len(own) // DIGEST_BYTES)
        ]
        self._wanted = tuple(numbers[index] for index in differing(b"".join(self._leaves.values()), theirs))
        yield self._say(Say.WANT_BLOCKS, self._wanted)

    def _send_blocks(self, theirs: bytes) -> Iterator[bytes]:
        ours: list[bytes] = []
        numbers: list[int] = []
        for leaf in self._wanted:
            ours.append(self._digester.blocks_of_leaf(leaf))
            numbers += range(leaf * LEAF_BLOCKS, leaf * LEAF_BLOCKS + len(ours[-1]) // DIGEST_BYTES)
        blocks = self.travelling(np.array([numbers[index] for index in differing(b"".join(ours), theirs)], np.int64))
        self.report.blocks_sent += len(blocks)
        for frame in self._sealer.seal(self._cut, blocks):
            self.report.bytes_frames += len(frame)
            yield Message(Say.FRAMES, self._session, self._round, data=bytes(frame)).pack(self._key)
        yield self._end_round()

    def travelling(self, differing_blocks: Blocks) -> Blocks:
        """Which ascending blocks are sent when these differ; a coarser sender may send more."""
        return differing_blocks

    def _end_round(self) -> bytes:
        self._round += 1
        if self._round * ROUND_WINDOWS < self._digester.windows:
            return self._say(Say.NEXT)
        self._ended = True
        return self._say(Say.END, tuple(self._expected), b"".join(self._expected.values()))

    def _say(self, say: Say, numbers: tuple[int, ...] = (), data: bytes = b"") -> bytes:
        message = Message(say, self._session, self._round, numbers, data).pack(self._key)
        self.report.bytes_digests += len(message)
        return message


class ResyncTarget:
    """The side that becomes equal. Opens the replica's window, and closes it when everything is equal.

    With `keep_window` it stays open: somebody compares several disks and closes all windows together.
    """

    def __init__(self, replica: Replica, keep_window: bool = False) -> None:
        """Nothing happens before a START."""
        self.concluded = False
        self._replica = replica
        self._key = replica.keys.digest_key()
        self._session: int | None = None
        self._round = 0
        self._lsn = 0
        self._keep_window = keep_window
        self._leaves: dict[int, bytes] = {}
        self._digester = self._fresh_digester()

    def receive(self, data: bytes) -> Iterator[bytes]:
        """What to answer to a message of the source; CorruptLog when it cannot be believed or came out of turn."""
        message = unpack(self._key, data)
        if message.say is Say.START:
            yield self._start(message)
        elif message.session == self._session:
            yield from self._answer(message)

    def _answer(self, message: Message) -> Iterator[bytes]:
        if message.say is Say.END and self.concluded:
            yield self._say(Say.CONCLUDED)
            return
        if message.round != self._round + (message.say in {Say.NEXT, Say.END}):
            return
        match message.say:
            case Say.WANT_LEAVES:
                yield self._say(Say.LEAVES, b"".join(self._known_leaves(window) for window in message.numbers))
            case Say.WANT_BLOCKS:
                yield self._say(Say.BLOCKS, b"".join(self._blocks_of(leaf) for leaf in message.numbers))
            case Say.FRAMES:
                self._replica.receive(message.data)
            case Say.NEXT:
                yield self._next_round()
            case Say.END:
                yield self._conclude(message)

    def _start(self, message: Message) -> bytes:
        if len(message.numbers) != 2 or message.numbers[1] != self._replica.blocks:
            raise CorruptLog(NAME, 0, f"START for another disk than one of {self._replica.blocks} blocks")
        self._session, self._round, self.concluded = message.session, 0, False
        self._lsn = message.numbers[0]
        self._replica.open_window()
        self._replica.apply()
        self._digester = self._fresh_digester()
        return self._roots()

    def _next_round(self) -> bytes:
        """What the round brought becomes durable; it is no cut, the window is open."""
        self._replica.commit(self._replica.watermarks.cached)
        self._round += 1
        return self._roots()

    def _conclude(self, message: Message) -> bytes:
        self._replica.commit(self._lsn)
        self._replica.apply()
        for index, window in enumerate(message.numbers):
            expected = message.data[index * DIGEST_BYTES : (index + 1) * DIGEST_BYTES]
            if self._digester.root(self._window_leaves(window)) != expected:
                raise CorruptLog(NAME, 0, f"window {window} differs after its blocks were applied")
        if not self._keep_window:
            self._replica.close_window()
            self._replica.apply()
        self.concluded, self._round = True, self._round + 1
        return self._say(Say.CONCLUDED)

    def _roots(self) -> bytes:
        windows = round_windows(self._round, self._digester.windows)
        self._leaves = {window: self._digester.leaves(window) for window in windows}
        return self._say(Say.ROOTS, b"".join(self._digester.root(leaves) for leaves in self._leaves.values()))

    def _known_leaves(self, window: int) -> bytes:
        if window not in self._leaves:
            raise CorruptLog(NAME, 0, f"window {window} is not of round {self._round}")
        return self._leaves[window]

    def _window_leaves(self, window: int) -> bytes:
        if window >= self._digester.windows:
            raise CorruptLog(NAME, 0, f"window {window} of {self._digester.windows}")
        return self._digester.leaves(window)

    def _blocks_of(self, leaf: int) -> bytes:
        if leaf * LEAF_BLOCKS >= self._replica.blocks:
            raise CorruptLog(NAME, 0, f"leaf {leaf} is beyond the disk")
        return self._digester.blocks_of_leaf(leaf)

    def _say(self, say: Say, data: bytes = b"") -> bytes:
        assert self._session is not None
        return Message(say, self._session, self._round, data=data).pack(self._key)

    def _fresh_digester(self) -> Digester:
        return Digester(self._key, self._replica.blocks, self._replica.read_seed, self._replica.is_empty)


def round_windows(number: int, windows: int) -> range:
    """The windows of a round."""
    return range(number * ROUND_WINDOWS, min((number + 1) * ROUND_WINDOWS, windows))


def exchange(source: ResyncSource, target: ResyncTarget) -> Iterator[bytes]:
    """Carry messages back and forth; each is yielded before it is delivered, so that a link may count or lose it.

    Ends when the source has completed, or when nobody has anything to say.
    """
    to_target: list[Iterator[bytes]] = [iter([source.start()])]
    while to_target:
        for request in to_target.pop():
            yield request
            for answer in target.receive(request):
                yield answer
                to_target.append(source.receive(answer))


def pump(source: ResyncSource, target: ResyncTarget) -> ResyncReport:
    """The whole exchange over a link that never fails."""
    for _ in exchange(source, target):
        pass
    return source.report
