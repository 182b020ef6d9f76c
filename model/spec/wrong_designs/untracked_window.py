"""B1: what the workload writes while a resynchronisation is open is not tracked, and never mirrored."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.data_plane.machine import Machine, is_next, tracks
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-1", block="blocks")
def write_on_premises(m: Machine, block: int) -> Step:
    """The workload writes its next block; the tracker looks away while the sides are compared."""
    looks = tracks(m) & m.forward & (m.resync != Resync.RUNNING)
    return given(m.runs_on_premises & is_next(m.source, block, m.last_version)).then(
        m.source[block].becomes(m.source[block] + 1),
        m.dirty[block].becomes(m.dirty[block] | looks),
    )


EXHIBIT = WrongDesign(
    SPEC.but("untracked_window", "Writes during a resynchronisation are not tracked.", write_on_premises),
    breaks="REP-13",
    bug_class="B1",
    happened_in="DRBD 9.0.26",
)
