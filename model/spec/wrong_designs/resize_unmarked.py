"""A disk grows, and its replica is reported up to date at the old size."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.administration import table as adm
from siteproof.model.spec.administration.machine import Machine, is_protected_forward
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.lifecycle.table import NO_MARK
from siteproof.model.spec.wrong_designs.exhibit import Exhibit


@action("ADM-10.12")
def disk_is_resized(m: Machine) -> Step:
    """The new size is noted, and nothing else."""
    steady = is_protected_forward(m) & (m.resync == NO_MARK)
    return given(steady & (m.disk == adm.COVERED) & (m.source == adm.THERE)).then(m.disk.becomes(adm.RESIZED))


EXHIBIT = Exhibit(
    SPEC.but("resize_unmarked", "A resized disk needs no resynchronisation.", disk_is_resized),
    breaks="ADM-18",
    bug_class="B7",
    happened_in="linstor-server #259",
    right="administration",
)
