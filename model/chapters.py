"""The chapters that stand beside the lifecycle and the data plane, each a small specification of its own.

Rule: a chapter is explored in seconds at its default bounds, and speaks of one mechanism only.
"""

from siteproof.model import resync_protocol
from siteproof.model.language import Part, Spec, chapter

_actions, _properties = chapter(resync_protocol)

RESYNC_PROTOCOL = Spec(
    name="resync_protocol",
    doc="Two parties and a wire: START, hashes, mismatches, END, conclusion, completion, restarts and failures.",
    parts=(
        Part(resync_protocol.Sender, resync_protocol.Sender),
        Part(resync_protocol.Receiver, resync_protocol.Receiver),
        Part(resync_protocol.Wire, resync_protocol.Wire),
    ),
    actions=_actions,
    properties=_properties,
    bounds={"blocks": 2, "versions": 2},
)

CHAPTERS: tuple[Spec, ...] = (RESYNC_PROTOCOL,)
