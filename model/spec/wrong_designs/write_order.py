"""B36: changes flow block by block instead of as consistent cuts, so points mix several moments."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.data_plane.machine import Link, Machine, compares, delta_flows, log_is_empty
from siteproof.model.spec.data_plane.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("REP-4", block="blocks")
def copy_block(m: Machine, link: Link, block: int) -> Step:
    """One marked block travels at a time, also while changes flow."""
    return given((compares(m) | delta_flows(m)) & link.up & log_is_empty(m) & m.dirty[block]).then(
        m.log[block].becomes(m.sender[block]),
        m.dirty[block].becomes(False),
    )


EXHIBIT = WrongDesign(
    SPEC.but("write_order", "Changes are mirrored block by block.", copy_block),
    breaks="PT-2",
    bug_class="B36",
    happened_in="QEMU 7.2 mirror",
)
