"""Frames on a wire that tears, repeats, loses and reorders them, and a receiver that stays exact (domain §6, §7).

A frame bears the number of its write and the generation of its sender. The receiver takes only the whole frame that is
next, of the generation that it knows; everything else is refused, and what was not acknowledged is sent again. Each
failover raises the generation, so that the old side, which may still run, is fenced off.

Assumes: an acknowledgement takes no time and is never on a wire, so none is lost, late or repeated; a torn frame is
always recognised; neither side crashes; a failover, and the start of a new sender behind it, is one step each.
"""

from collections.abc import Iterator

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Part,
    Step,
    action,
    after,
    always,
    any_of,
    bound,
    define,
    eventually,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)
from siteproof.model.language.promise import Leads

NOTHING = 0  # an empty place on the wire, or a block that no write of this history has reached
FIRST = 1  # the first generation


class FrameSender(Component):
    """The side that writes: `written` writes, of which `sent` have left and `acknowledged` need not be kept."""

    def __init__(self, bounds: Bounds) -> None:
        """At the beginning of the first generation."""
        super().__init__()
        writes = bound(bounds, "writes")
        self.generation = self.number(to=bound(bounds, "generations"), initially=FIRST)
        self.written = self.number(to=writes)
        self.sent = self.number(to=writes)
        self.acknowledged = self.number(to=writes)
        self.last_write = writes


class Frame(Component):
    """One place on the wire; `sequence` is the number of the write in it."""

    def __init__(self, bounds: Bounds) -> None:
        """Empty."""
        super().__init__()
        self.sequence = self.number(to=bound(bounds, "writes"), initially=NOTHING)
        self.generation = self.number(to=bound(bounds, "generations"))
        self.torn = self.flag()

    def becomes(self, other: "Frame") -> Iterator[Effect]:
        """It holds what the other one holds."""
        yield self.sequence.becomes(other.sequence)
        yield self.generation.becomes(other.generation)
        yield self.torn.becomes(other.torn)

    def empties(self) -> Iterator[Effect]:
        """Nothing is in it."""
        yield self.sequence.becomes(NOTHING)
        yield self.generation.becomes(NOTHING)
        yield self.torn.becomes(False)


class Channel(Component):
    """Places for frames; whichever comes first is delivered first, so order is not kept."""

    def __init__(self, bounds: Bounds) -> None:
        """Empty."""
        super().__init__()
        self.frames = tuple(Frame(bounds) for _ in range(bounds["wire"]))

    def after(self, place: int) -> Frame:
        """The place beside this one."""
        return self.frames[(place + 1) % len(self.frames)]


class FrameReceiver(Component):
    """The replica: `disk` holds in each block the number of its last write; the workload writes its blocks in turn."""

    def __init__(self, bounds: Bounds) -> None:
        """Equal to the sender."""
        super().__init__()
        writes = bound(bounds, "writes")
        self.generation = self.number(to=bound(bounds, "generations"), initially=FIRST)
        self.applied = self.number(to=writes)
        self.disk = self.numbers(bounds["blocks"], to=writes, initially=NOTHING)
        self.numbers_of_writes = range(1, bounds["writes"] + 1)
        self.blocks = range(bounds["blocks"])
        self.last_generation = bound(bounds, "generations")

    def image(self, writes: int, block: int) -> int:
        """What the block holds after so many writes: the number of the last one that went to it."""
        return max((n for n in range(1, writes + 1) if (n - 1) % len(self.blocks) == block), default=NOTHING)


class Stream(Component):
    """A sender, a receiver, and the wire between them."""

    def __init__(self, bounds: Bounds) -> None:
        """In step."""
        super().__init__()
        self.sender = FrameSender(bounds)
        self.wire = Channel(bounds)
        self.receiver = FrameReceiver(bounds)


@define
def is_there(f: Frame) -> Bool:
    """A frame is in this place."""
    return f.sequence != NOTHING


@define
def is_next_frame(r: FrameReceiver, f: Frame) -> Bool:
    """It is whole, of the receiver's generation, and the write after the last one applied."""
    return (f.sequence == r.applied + 1) & (f.generation == r.generation) & ~f.torn


@define
def goes_to(r: FrameReceiver, f: Frame, block: int) -> Bool:
    """The write in the frame is one to this block."""
    return any_of(f.sequence == n for n in r.numbers_of_writes if (n - 1) % len(r.blocks) == block)


def apply_frame(r: FrameReceiver, f: Frame) -> Iterator[Effect]:
    """The frame's write is on the disk, and its place on the wire is empty."""
    yield r.applied.becomes(f.sequence)
    yield from (r.disk[b].becomes(goes_to(r, f, b).if_else(f.sequence, r.disk[b])) for b in r.blocks)
    yield from f.empties()


@action("FRM-1")
def write_at_sender(x: Stream) -> Step:
    """The workload writes to its next block."""
    s = x.sender
    return given(s.written < s.last_write).then(s.written.becomes(s.written + 1))


@action("FRM-2", place="wire")
def send_frame(x: Stream, place: int) -> Step:
    """The next write leaves in a frame of the sender's generation."""
    s, f = x.sender, x.wire.frames[place]
    return given(~is_there(f) & (s.sent < s.written)).then(
        s.sent.becomes(s.sent + 1),
        f.sequence.becomes(s.sent + 1),
        f.generation.becomes(s.generation),
    )


@action("FRM-3", place="wire")
def frame_is_repeated(x: Stream, place: int) -> Step:
    """The wire delivers a frame twice."""
    w = x.wire
    f, again = w.frames[place], w.after(place)
    return given(is_there(f) & ~is_there(again)).then(*again.becomes(f))


@action("FRM-4", place="wire")
def frame_is_torn(x: Stream, place: int) -> Step:
    """Only a part of a frame arrives, or some of it is changed."""
    f = x.wire.frames[place]
    return given(is_there(f) & ~f.torn).then(f.torn.becomes(True))


@action("FRM-5", place="wire")
def frame_is_lost(x: Stream, place: int) -> Step:
    """The wire loses a frame."""
    f = x.wire.frames[place]
    return given(is_there(f)).then(*f.empties())


@action("FRM-6", place="wire")
def accept_frame(x: Stream, place: int) -> Step:
    """The frame that is next is applied."""
    r, f = x.receiver, x.wire.frames[place]
    return given(is_there(f) & is_next_frame(r, f)).then(*apply_frame(r, f))


@action("FRM-7", place="wire")
def refuse_frame(x: Stream, place: int) -> Step:
    """A frame that is torn, stale, repeated or too early is refused, and nothing of it is applied."""
    r, f = x.receiver, x.wire.frames[place]
    return given(is_there(f) & ~is_next_frame(r, f)).then(*f.empties())


@action("FRM-8")
def acknowledge_frames(x: Stream) -> Step:
    """The receiver tells a sender of its generation what it has applied."""
    s, r = x.sender, x.receiver
    return given((s.generation == r.generation) & (s.acknowledged < r.applied)).then(
        s.acknowledged.becomes(r.applied),
        s.sent.becomes((s.sent < r.applied).if_else(r.applied, s.sent)),
    )


@action("FRM-9")
def send_again(x: Stream) -> Step:
    """No acknowledgement comes: everything after the last one is sent once more."""
    s = x.sender
    return given(s.acknowledged < s.sent).then(s.sent.becomes(s.acknowledged))


@action("FRM-10", kept="writes")
def raise_generation(x: Stream, kept: int) -> Step:
    """A failover goes back to the first `kept` writes; what the old side does from now on is another history."""
    r = x.receiver
    return given((r.generation < r.last_generation) & (r.applied >= kept)).then(
        r.generation.becomes(r.generation + 1),
        r.applied.becomes(kept),
        *(r.disk[b].becomes(r.image(kept, b)) for b in r.blocks),
    )


@action("FRM-11")
def join_generation(x: Stream) -> Step:
    """A new sender begins in the receiver's generation, with what the receiver has; the old one's history ends."""
    s, r = x.sender, x.receiver
    return given(s.generation < r.generation).then(
        s.generation.becomes(r.generation),
        s.written.becomes(r.applied),
        s.sent.becomes(r.applied),
        s.acknowledged.becomes(r.applied),
    )


@always("FRM-12", why="a write that is applied twice, too early or not at all leaves a disk that never existed")
def the_replica_is_exact(x: Stream) -> Bool:
    """The replica's disk is the image after exactly the writes that it has counted."""
    r = x.receiver
    return for_each(
        (0, *r.numbers_of_writes),
        lambda n: (r.applied == n).implies(for_each(r.blocks, lambda b: r.disk[b] == r.image(n, b))),
    )


@sometimes("FRM-12", writes=3)
def an_older_write_comes_again(x: Stream) -> Bool:
    """A frame of this generation arrives whose block has been written again since."""
    r = x.receiver
    return exists(
        x.wire.frames, lambda f: is_there(f) & (f.generation == r.generation) & ~f.torn & (f.sequence < r.applied)
    )


def is_applied_now(r: FrameReceiver, f: Frame) -> Bool:
    """The step takes the frame from the wire and counts its write."""
    return is_there(f) & ~is_there(f).next & (r.applied.next == f.sequence) & (r.applied.next != r.applied)


@whenever("FRM-13", why="a fenced side that still writes into the replica makes a history that nobody has lived (B15)")
def nothing_of_an_abandoned_history_is_applied(x: Stream) -> Bool:
    """Each write that is applied comes in a frame of the receiver's generation."""
    r = x.receiver
    return for_each(x.wire.frames, lambda f: is_applied_now(r, f).implies(f.generation == r.generation))


@sometimes("FRM-13", generations=2)
def a_stale_frame_would_fit(x: Stream) -> Bool:
    """A whole frame of the old side has exactly the number that the receiver waits for."""
    r = x.receiver
    return exists(x.wire.frames, lambda f: (f.sequence == r.applied + 1) & (f.generation < r.generation) & ~f.torn)


@whenever("FRM-14", why="half of a frame is a block that nobody has written")
def nothing_torn_is_applied(x: Stream) -> Bool:
    """No torn frame is applied, not even in part."""
    return for_each(x.wire.frames, lambda f: is_applied_now(x.receiver, f).implies(~f.torn))


@sometimes("FRM-14")
def the_next_frame_is_torn(x: Stream) -> Bool:
    """The frame that the receiver waits for arrives torn."""
    r = x.receiver
    return exists(x.wire.frames, lambda f: f.torn & (f.sequence == r.applied + 1) & (f.generation == r.generation))


@always("FRM-15", why="what is acknowledged and not applied will never be sent again")
def acknowledged_means_applied(x: Stream) -> Bool:
    """Within a generation the sender keeps every write that the receiver has not applied."""
    s, r = x.sender, x.receiver
    return (s.generation == r.generation).implies(s.acknowledged <= r.applied)


@sometimes("FRM-15")
def everything_on_the_wire_is_lost(x: Stream) -> Bool:
    """Nothing travels any more of what was sent: only sending it again helps."""
    s, w, r = x.sender, x.wire, x.receiver
    return for_each(w.frames, lambda f: ~is_there(f)) & (r.applied < s.sent) & (s.generation == r.generation)


@eventually(
    "FRM-16",
    why="a write that is lost once and never sent again is missing until somebody compares both sides",
    fair=(send_frame, accept_frame, refuse_frame, acknowledge_frames, send_again),
    ceases=(frame_is_lost, frame_is_repeated, frame_is_torn),
)
def every_write_is_applied(x: Stream) -> Leads:
    """The receiver gets every write of the sender, unless a failover ends this history first."""
    s, r = x.sender, x.receiver
    ours = s.generation == r.generation
    return after(ours & (r.applied < s.written)).comes(r.applied == s.written, unless=~ours)


SPEC = spec_of(
    __name__,
    "frames",
    "Frames that are torn, repeated, lost, reordered or of an older generation, and what the receiver makes of them.",
    (Part(Stream, Stream),),
    {"writes": 3, "blocks": 2, "wire": 2, "generations": 2},
)
