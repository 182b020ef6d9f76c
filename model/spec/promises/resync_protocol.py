"""What the resynchronisation protocol promises: an open session ends, and when the trouble is over, so is the mark."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.resync_protocol import (
    Sender,
    Sends,
    ask_for_restart,
    complete,
    conclude,
    fail_at_receiver,
    find_mismatches,
    in_session,
    publish_hashes,
    refuse_at_receiver,
    remove_cause,
    restart_inline,
    send_block,
    stamp_end,
    stamp_start,
    take_failure,
    wire_breaks,
    wire_heals,
    write_block,
)

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
