"""What a stream of frames promises: a wire that loses no more delivers everything, whatever it had lost before."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.frames import (
    Stream,
    accept_frame,
    acknowledge_frames,
    frame_is_lost,
    frame_is_repeated,
    frame_is_torn,
    refuse_frame,
    send_again,
    send_frame,
)


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
