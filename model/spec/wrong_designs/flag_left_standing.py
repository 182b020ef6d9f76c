"""B10: a start loads the clean copy and leaves its flag standing while the workload writes."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.bitmap import SPEC, Copy, Host, Power, is_trusted
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("BMP-11")
def boot(h: Host, c: Copy) -> Step:
    """The copy stays as it is until the next shutdown writes it."""
    trusted = is_trusted(h, c)
    return given((h.power == Power.OFF) & (h.run < h.last_run)).then(
        h.power.becomes(Power.ON),
        h.agent_up.becomes(True),
        h.run.becomes(h.run + 1),
        h.resync.becomes(trusted.if_else(h.resync, Resync.REQUIRED)),
        *(h.memory[b].becomes(trusted & c.marks[b]) for b in h.blocks),
        c.run.becomes(h.run + 1),
    )


EXHIBIT = WrongDesign(
    SPEC.but("flag_left_standing", "The clean flag stands while the workload writes.", boot),
    breaks="BMP-19",
    bug_class="B10",
    happened_in="QEMU bitmap documentation",
    right="bitmap",
)
