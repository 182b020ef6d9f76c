"""B30: points are offered although the order of the writes was given up under pressure."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.appliance import SPEC, Estate
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("APP-9")
def take_exact_point(e: Estate) -> Step:
    """A point is taken in every mode."""
    m = e.machine
    return given(~m.resync & ~m.pointed).then(m.pointed.becomes(True))


EXHIBIT = WrongDesign(
    SPEC.but("inexact_point", "A point is taken of a disk that is not in data mode.", take_exact_point),
    breaks="APP-16",
    bug_class="B30",
    happened_in="Veeam CDP",
    right="appliance",
)
