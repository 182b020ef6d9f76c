"""A disk grows, and its replica is reported up to date at the old size."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.administration import AddedDisk, SourceMachine
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.administration.machine import AdministeredMachine, is_protected_forward
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("ADM-10.12")
def disk_is_resized(m: AdministeredMachine) -> Step:
    """The new size is noted, and nothing else."""
    steady = is_protected_forward(m) & (m.resync == Resync.NONE)
    return given(steady & (m.disk == AddedDisk.COVERED) & (m.source == SourceMachine.THERE)).then(
        m.disk.becomes(AddedDisk.RESIZED)
    )


EXHIBIT = WrongDesign(
    SPEC.but("resize_unmarked", "A resized disk needs no resynchronisation.", disk_is_resized),
    breaks="ADM-18",
    bug_class="B7",
    happened_in="linstor-server #259",
    right="administration",
)
