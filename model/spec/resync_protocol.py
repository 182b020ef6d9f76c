"""The resynchronisation protocol of two parties, stamp by stamp (seed: Resynchronization process 4-7; domain §3).

The sender stamps START, the receiver publishes the hashes of its blocks, the sender sends what differs and stamps END,
the receiver concludes, and only then the sender completes. The workload writes all the while. What a block holds is the
number of the write that it got last, so that older content never passes for newer. Assumes: both ends see a break at
once, and what was on its way is gone with it, as with a session that the receiver ends; the comparison is one step, of
the live content of both sides, and hashes never collide.
"""

from collections.abc import Iterator
from enum import StrEnum

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
    bound,
    define,
    eventually,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
)
from siteproof.model.language.promise import Leads

NOTHING = 0  # an empty place on the wire, or a block of the receiver that was never written
FIRST = 1  # what every block of the sender holds at first


class Sends(StrEnum):
    """What the sender is at; the machine is marked as a whole in the first three."""

    MARKED = "marked"  # waits for the scheduler or the operator
    FAILED = "failed"  # may be started again
    BLOCKED = "blocked"  # may not, before the operator has removed the cause
    STARTED = "started"  # START is stamped; waits for the hashes
    COPYING = "copying"  # knows which blocks differ
    ENDED = "ended"  # END is stamped; waits for the conclusion
    COMPLETED = "completed"  # changes flow


class Receives(StrEnum):
    """What the receiver is at."""

    IDLE = "idle"
    LISTENING = "listening"  # its hashes are published
    CONCLUDED = "concluded"


class SenderMessage(StrEnum):
    """A message of the sender."""

    NONE = "none"
    START = "start"
    END = "end"


class ReceiverMessage(StrEnum):
    """A message of the receiver."""

    NONE = "none"
    HASHES = "hashes"
    CONCLUDED = "concluded"
    RESTART = "restart"  # inline: once more from the beginning
    FAILED = "failed"  # retriable
    REFUSED = "refused"  # not retriable


class Sender(Component):
    """The side that runs: its disk, its bitmap, and what the disk held when END was stamped.

    `quiet` says that nothing was written since START.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Marked: nobody tracks what is written."""
        super().__init__()
        blocks, versions = bounds["blocks"], bound(bounds, "versions")
        self.at = self.symbol(Sends.MARKED)
        self.disk = self.numbers(blocks, to=versions, initially=FIRST)
        self.dirty = self.flags(blocks)
        self.ended = self.history.numbers(blocks, to=versions, initially=NOTHING)
        self.quiet = self.history.flag()
        self.blocks = range(blocks)
        self.last_version = versions


class Receiver(Component):
    """The other side: its disk."""

    def __init__(self, bounds: Bounds) -> None:
        """Idle, with a disk that was never written."""
        super().__init__()
        self.at = self.symbol(Receives.IDLE)
        self.disk = self.numbers(bounds["blocks"], to=bound(bounds, "versions"), initially=NOTHING)


class Wire(Component):
    """The connection: one message each way, and for each block the content that is on its way. It keeps order."""

    def __init__(self, bounds: Bounds) -> None:
        """Up and empty."""
        super().__init__()
        self.up = self.flag(initially=True)
        self.stamp = self.symbol(SenderMessage.NONE)
        self.answer = self.symbol(ReceiverMessage.NONE)
        self.content = self.numbers(bounds["blocks"], to=bound(bounds, "versions"), initially=NOTHING)


@define
def in_session(s: Sender) -> Bool:
    """A resynchronisation is open."""
    return s.at.is_in(Sends.STARTED, Sends.COPYING, Sends.ENDED)


@define
def knows_what_differs(s: Sender) -> Bool:
    """The bitmap says for each block whether it has to travel; before that the machine is marked as a whole."""
    return s.at.is_in(Sends.COPYING, Sends.ENDED, Sends.COMPLETED)


@define
def nothing_travels(w: Wire) -> Bool:
    """No content is on its way."""
    return for_each(w.content, lambda content: content == NOTHING)


@define
def nothing_is_dirty(s: Sender) -> Bool:
    """No block has to travel."""
    return for_each(s.dirty, lambda mark: ~mark)


def empty_wire(w: Wire, but: ReceiverMessage = ReceiverMessage.NONE) -> Iterator[Effect]:
    """What was on its way is lost; `but` is what the receiver answers instead."""
    yield w.stamp.becomes(SenderMessage.NONE)
    yield w.answer.becomes(but)
    yield from (content.becomes(NOTHING) for content in w.content)


def forget(s: Sender) -> Iterator[Effect]:
    """The bitmap is given up: the machine is marked as a whole."""
    yield s.quiet.becomes(False)
    yield from (mark.becomes(False) for mark in s.dirty)
    yield from (content.becomes(NOTHING) for content in s.ended)


@action("RES-6", block="blocks")
def write_beside_resync(s: Sender, block: int) -> Step:
    """The workload writes; from START on the block is marked, also while its older content is on its way."""
    tracked = in_session(s) | (s.at == Sends.COMPLETED)
    return given(s.disk[block] < s.last_version).then(
        s.disk[block].becomes(s.disk[block] + 1),
        s.dirty[block].becomes(s.dirty[block] | tracked),
        s.quiet.becomes(False),
    )


@action("RES-7")
def stamp_start(s: Sender, w: Wire) -> Step:
    """The sender stamps START with an empty bitmap and tracks from here on; a failed session starts the same way."""
    return given(s.at.is_in(Sends.MARKED, Sends.FAILED) & w.up).then(
        s.at.becomes(Sends.STARTED),
        s.quiet.becomes(True),
        w.stamp.becomes(SenderMessage.START),
    )


@action("RES-8")
def publish_hashes(r: Receiver, w: Wire) -> Step:
    """The receiver answers START with the hashes of its blocks; a session of its own that was open is forgotten."""
    return given(w.stamp == SenderMessage.START).then(
        r.at.becomes(Receives.LISTENING),
        w.stamp.becomes(SenderMessage.NONE),
        w.answer.becomes(ReceiverMessage.HASHES),
    )


@action("RES-9")
def find_mismatches(s: Sender, r: Receiver, w: Wire) -> Step:
    """The sender compares: a block that differs from its hash is marked, one that was written since START stays so."""
    return given((s.at == Sends.STARTED) & (w.answer == ReceiverMessage.HASHES)).then(
        s.at.becomes(Sends.COPYING),
        w.answer.becomes(ReceiverMessage.NONE),
        *(s.dirty[b].becomes(s.dirty[b] | (s.disk[b] != r.disk[b])) for b in s.blocks),
    )


@action("RES-10", block="blocks")
def send_block(s: Sender, w: Wire, block: int) -> Step:
    """A marked block travels, never beside an older content of its own."""
    sends = s.at.is_in(Sends.COPYING, Sends.COMPLETED)
    return given(sends & w.up & s.dirty[block] & (w.content[block] == NOTHING)).then(
        w.content[block].becomes(s.disk[block]),
        s.dirty[block].becomes(False),
    )


@action("RES-11", block="blocks")
def write_block(r: Receiver, w: Wire, block: int) -> Step:
    """What travelled is written at the receiver."""
    return given(w.content[block] != NOTHING).then(
        r.disk[block].becomes(w.content[block]),
        w.content[block].becomes(NOTHING),
    )


@action("RES-12")
def stamp_end(s: Sender, w: Wire) -> Step:
    """Every mismatch was sent: the sender stamps END behind it, and waits."""
    return given((s.at == Sends.COPYING) & w.up & nothing_is_dirty(s)).then(
        s.at.becomes(Sends.ENDED),
        w.stamp.becomes(SenderMessage.END),
        *(s.ended[b].becomes(s.disk[b]) for b in s.blocks),
    )


@action("RES-13")
def conclude(r: Receiver, w: Wire) -> Step:
    """The receiver concludes when it reads END, which stands behind everything that was sent."""
    reads_end = (w.stamp == SenderMessage.END) & nothing_travels(w)
    return given((r.at == Receives.LISTENING) & reads_end).then(
        r.at.becomes(Receives.CONCLUDED),
        w.stamp.becomes(SenderMessage.NONE),
        w.answer.becomes(ReceiverMessage.CONCLUDED),
    )


@action("RES-14")
def complete(s: Sender, w: Wire) -> Step:
    """Told of the conclusion, the sender takes the machine's mark away; what was written meanwhile flows as changes."""
    return given((s.at == Sends.ENDED) & (w.answer == ReceiverMessage.CONCLUDED)).then(
        s.at.becomes(Sends.COMPLETED),
        w.answer.becomes(ReceiverMessage.NONE),
        *(content.becomes(NOTHING) for content in s.ended),
    )


@action("RES-15")
def ask_for_restart(s: Sender, r: Receiver, w: Wire) -> Step:
    """The receiver lost what it knew of the session, and what was sent to it: it asks for all of it once more."""
    return given(in_session(s) & (r.at != Receives.IDLE)).then(
        r.at.becomes(Receives.IDLE),
        *empty_wire(w, but=ReceiverMessage.RESTART),
    )


@action("RES-16")
def restart_inline(s: Sender, w: Wire) -> Step:
    """Asked to, the sender starts the same session over; nobody has to schedule it again."""
    return given(in_session(s) & (w.answer == ReceiverMessage.RESTART)).then(
        s.at.becomes(Sends.STARTED),
        s.quiet.becomes(True),
        w.stamp.becomes(SenderMessage.START),
        w.answer.becomes(ReceiverMessage.NONE),
        *(mark.becomes(False) for mark in s.dirty),
        *(content.becomes(NOTHING) for content in s.ended),
    )


@action("RES-17")
def fail_at_receiver(s: Sender, r: Receiver, w: Wire) -> Step:
    """The receiver cannot go on, for instance because its store is not reachable: FAILED, and worth another try."""
    return given(in_session(s) & (r.at == Receives.LISTENING)).then(
        r.at.becomes(Receives.IDLE),
        *empty_wire(w, but=ReceiverMessage.FAILED),
    )


@action("RES-18")
def refuse_at_receiver(w: Wire) -> Step:
    """The receiver cannot even begin, for instance because its disk is too small: FAILED, and no try will help."""
    return given(w.stamp == SenderMessage.START).then(
        w.stamp.becomes(SenderMessage.NONE),
        w.answer.becomes(ReceiverMessage.REFUSED),
    )


@action("RES-19")
def take_failure(s: Sender, w: Wire) -> Step:
    """The sender ends the session that failed; whether it may start again depends on the answer."""
    return given(in_session(s) & ((w.answer == ReceiverMessage.FAILED) | (w.answer == ReceiverMessage.REFUSED))).then(
        s.at.becomes((w.answer == ReceiverMessage.FAILED).if_else(Sends.FAILED, Sends.BLOCKED)),
        w.answer.becomes(ReceiverMessage.NONE),
        *forget(s),
    )


@action("RES-20")
def remove_cause(s: Sender) -> Step:
    """The operator has removed the cause: the resynchronisation has failed like any other one, and may be started."""
    return given(s.at == Sends.BLOCKED).then(s.at.becomes(Sends.FAILED))


@action("RES-21")
def wire_breaks(s: Sender, r: Receiver, w: Wire) -> Step:
    """The connection is lost and both ends see it: an open session fails, and changes that flowed mark the machine."""
    marked = (s.at == Sends.COMPLETED).if_else(Sends.MARKED, s.at)
    return given(w.up).then(
        w.up.becomes(False),
        s.at.becomes(in_session(s).if_else(Sends.FAILED, marked)),
        r.at.becomes(Receives.IDLE),
        *empty_wire(w),
        *forget(s),
    )


@action("RES-22")
def wire_heals(w: Wire) -> Step:
    """The connection is back; nothing else changes by that."""
    return given(~w.up).then(w.up.becomes(True))


@always("RES-23", why="a stale block without a mark is never sent again")
def what_may_differ_is_marked(s: Sender, r: Receiver, w: Wire) -> Bool:
    """First obligation: a block that differs is marked, or its present content travels, or the machine is marked.

    A receiver that is idle has left the session, and everything will be compared again.
    """

    def fits(b: int) -> Bool:
        return (s.disk[b] != r.disk[b]).implies(s.dirty[b] | (w.content[b] == s.disk[b]))

    both_in_session = knows_what_differs(s) & (r.at != Receives.IDLE)
    return both_in_session.implies(for_each(s.blocks, fits))


@sometimes("RES-23")
def a_written_block_is_marked_while_it_travels(s: Sender, w: Wire) -> Bool:
    """A write hits a block whose older content is on its way: it has to travel a second time."""
    return in_session(s) & exists(s.blocks, lambda b: s.dirty[b] & (w.content[b] != NOTHING))


@always("RES-24", why="a conclusion that came too early takes the mark from a machine whose sides still differ")
def a_mark_goes_only_when_both_agree(s: Sender, r: Receiver) -> Bool:
    """Second obligation: who has concluded holds everything that was there when END was stamped."""
    return (r.at == Receives.CONCLUDED).implies(for_each(s.blocks, lambda b: s.ended[b] <= r.disk[b]))


@sometimes("RES-24")
def a_conclusion_outlasts_a_write(s: Sender, r: Receiver) -> Bool:
    """The workload does not wait for the conclusion: what it writes behind END flows as a change."""
    return (r.at == Receives.CONCLUDED) & exists(s.blocks, lambda b: s.dirty[b]) & (s.at == Sends.ENDED)


@always("RES-25", why="marks that stay keep the machine from its points although nothing is missing")
def a_stable_resync_leaves_no_mark(s: Sender, r: Receiver, w: Wire) -> Bool:
    """Third obligation: when nothing was written since START, completion finds no mark, no traffic and equal disks."""
    equal = for_each(s.blocks, lambda b: s.disk[b] == r.disk[b])
    return ((s.at == Sends.COMPLETED) & s.quiet).implies(nothing_is_dirty(s) & nothing_travels(w) & equal)


@sometimes("RES-25")
def a_stable_resync_completes(s: Sender) -> Bool:
    """A machine at rest gets through."""
    return (s.at == Sends.COMPLETED) & s.quiet


@always("RES-26", why="the application reads its new data back on one side and finds the old one on the other (B4)")
def nothing_older_is_written_over_newer(s: Sender, r: Receiver, w: Wire) -> Bool:
    """What travels is newer than what the receiver holds: no reading of before overwrites a write of after."""
    return for_each(s.blocks, lambda b: (w.content[b] != NOTHING).implies(r.disk[b] <= w.content[b]))


@sometimes("RES-26")
def the_application_is_ahead_of_what_travels(s: Sender, w: Wire) -> Bool:
    """A block was read and travels, and the application has written it since."""
    return exists(s.blocks, lambda b: (w.content[b] != NOTHING) & (w.content[b] < s.disk[b]))


@always("RES-27", why="a sender that completes by itself believes in an equality that nobody has confirmed")
def completed_means_concluded(s: Sender, r: Receiver) -> Bool:
    """The sender completes after the receiver has concluded, and the receiver concludes after END."""
    concluded = r.at == Receives.CONCLUDED
    return (s.at == Sends.COMPLETED).implies(concluded) & (in_session(s) & concluded).implies(s.at == Sends.ENDED)


@sometimes("RES-27")
def a_conclusion_is_on_its_way(r: Receiver, w: Wire) -> Bool:
    """The receiver has concluded and the sender does not know it yet."""
    return (r.at == Receives.CONCLUDED) & (w.answer == ReceiverMessage.CONCLUDED)


@always("RES-28", why="a session in which both sides wait for the other one never ends, and no point is taken (B6)")
def somebody_has_to_act(s: Sender, w: Wire) -> Bool:
    """In an open session the sender acts itself, or a message is on its way to somebody who answers it."""
    waits = s.at.is_in(Sends.STARTED, Sends.ENDED)
    return waits.implies((w.stamp != SenderMessage.NONE) | (w.answer != ReceiverMessage.NONE))


@sometimes("RES-28")
def a_restart_meets_a_conclusion(s: Sender, r: Receiver, w: Wire) -> Bool:
    """The receiver lost its state after END: the sender is asked for everything once more."""
    return (s.at == Sends.ENDED) & (r.at == Receives.IDLE) & (w.answer == ReceiverMessage.RESTART)


SESSION = (
    publish_hashes,
    find_mismatches,
    send_block,
    write_block,
    stamp_end,
    conclude,
    complete,
    restart_inline,
    take_failure,
)
"""What both parties do within a session, whenever they can."""


@eventually(
    "RES-29",
    why="a resynchronisation that hangs looks like one that runs, and nobody looks after it (B6)",
    fair=SESSION,
    ceases=(ask_for_restart,),
)
def an_open_session_ends(s: Sender) -> Leads:
    """A session that was started completes or fails, unless the receiver asks to start over for ever."""
    return after(in_session(s)).comes(~in_session(s))


@eventually(
    "RES-30",
    why="a machine that stays marked gets no points, and its recovery point grows older every day (B6)",
    fair=(*SESSION, stamp_start, remove_cause, wire_heals),
    ceases=(ask_for_restart, fail_at_receiver, refuse_at_receiver, wire_breaks),
)
def a_marked_machine_completes(s: Sender) -> Leads:
    """When nothing fails any more, a machine that is marked is resynchronised, whatever had happened before."""
    return after(s.at != Sends.COMPLETED).comes(s.at == Sends.COMPLETED)


SPEC = spec_of(
    __name__,
    "resync_protocol",
    "Two parties and a wire: START, hashes, mismatches, END, conclusion, completion, restarts and failures.",
    (Part(Sender, Sender), Part(Receiver, Receiver), Part(Wire, Wire)),
    {"blocks": 2, "versions": 2},
)
