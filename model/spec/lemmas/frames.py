"""What makes the claims about frames inductive: a sender never knows a generation before the receiver does.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always
from siteproof.model.spec.frames import Stream


@always("LEM-FRM-1", why="FRM-15: a sender of the future would have acknowledgements of another history")
def a_generation_begins_at_the_receiver(x: Stream) -> Bool:
    """The sender's generation is the receiver's or an older one."""
    return x.sender.generation <= x.receiver.generation
