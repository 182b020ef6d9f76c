"""B16: frames are applied as they come, and the ones that are missing are not waited for."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.frames import SPEC, Stream, apply_frame, is_there
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("FRM-6", place="wire")
def accept_frame(x: Stream, place: int) -> Step:
    """Whatever is new is applied."""
    r, f = x.receiver, x.wire.frames[place]
    whole = (f.sequence > r.applied) & (f.generation == r.generation) & ~f.torn
    return given(is_there(f) & whole).then(*apply_frame(r, f))


EXHIBIT = WrongDesign(
    SPEC.but("frame_too_early", "A frame overtakes the one before it.", accept_frame),
    breaks="FRM-12",
    bug_class="B16",
    happened_in="ceph #68019, #71031",
    right="frames",
)
