"""What makes the claims about the resynchronisation protocol inductive: what a message says of both ends.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.spec.resync_protocol import (
    Receiver,
    ReceiverMessage,
    Receives,
    Sender,
    SenderMessage,
    Sends,
    Wire,
    in_session,
    nothing_is_dirty,
    nothing_travels,
)


@always("LEM-RES-1", why="RES-26: what is sent now is not older than what the receiver got before")
def the_receiver_is_never_ahead(s: Sender, r: Receiver, w: Wire) -> Bool:
    """What the receiver holds, and what travels to it, the sender has or has overwritten."""
    return for_each(s.blocks, lambda b: (r.disk[b] <= s.disk[b]) & (w.content[b] <= s.disk[b]))


@always("LEM-RES-2", why="RES-27: a conclusion of an older session would be taken for one of this session")
def without_a_session_nobody_answers(s: Sender, r: Receiver, w: Wire) -> Bool:
    """The receiver is idle unless a session is open or changes flow, and answers only in a session."""
    apart = ~in_session(s) & (s.at != Sends.COMPLETED)
    return apart.implies(r.at == Receives.IDLE) & (w.answer != ReceiverMessage.NONE).implies(in_session(s))


@always("LEM-RES-3", why="RES-23, RES-24, RES-27: a stamp is answered as if the sender were where it stamped it")
def a_stamp_tells_where_the_sender_is(s: Sender, r: Receiver, w: Wire) -> Bool:
    """START is on the wire only at the start, END before a listening receiver only at the end, and no answer beside."""
    unanswered, idle = w.answer == ReceiverMessage.NONE, r.at == Receives.IDLE
    start = (w.stamp == SenderMessage.START).implies((s.at == Sends.STARTED) & idle & unanswered)
    end = ((w.stamp == SenderMessage.END) & ~idle).implies((s.at == Sends.ENDED) & unanswered)
    return start & end


@always("LEM-RES-4", why="RES-25, RES-27: the sender acts on an answer as if the receiver were where it gave it")
def an_answer_tells_where_the_receiver_is(s: Sender, r: Receiver, w: Wire) -> Bool:
    """Hashes come from one that listens, a conclusion from one that has concluded, all others from one that is idle."""
    hashes = (w.answer == ReceiverMessage.HASHES).implies((r.at == Receives.LISTENING) & (s.at == Sends.STARTED))
    concluded = (w.answer == ReceiverMessage.CONCLUDED).implies(r.at == Receives.CONCLUDED)
    failed = w.answer.is_in(ReceiverMessage.RESTART, ReceiverMessage.FAILED, ReceiverMessage.REFUSED).implies(
        r.at == Receives.IDLE
    )
    return hashes & concluded & failed


@always("LEM-RES-5", why="RES-24: what stood before END has arrived, or stands before END on the wire")
def what_end_promised_arrives(s: Sender, r: Receiver, w: Wire) -> Bool:
    """At the end of a session each block of that moment, or a newer one, is at the receiver or travels."""
    promised = (s.at == Sends.ENDED) & (r.at != Receives.IDLE)
    return promised.implies(for_each(s.blocks, lambda b: (s.ended[b] <= r.disk[b]) | (s.ended[b] <= w.content[b])))


@always("LEM-RES-6", why="RES-25: behind END nothing is sent, so what is marked was written since")
def end_finds_everything_sent(s: Sender, r: Receiver, w: Wire) -> Bool:
    """At the end only a new write marks a block, and behind the conclusion nothing travels."""
    ended = s.at == Sends.ENDED
    still = (ended & s.quiet).implies(nothing_is_dirty(s))
    return still & (ended & (r.at == Receives.CONCLUDED)).implies(nothing_travels(w))
