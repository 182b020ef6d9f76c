"""B2: a clean bitmap that a restore brought back is trusted, although it is of an older run."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.bitmap import SPEC, Copy, Host, Power
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("BMP-11")
def boot(h: Host, c: Copy) -> Step:
    """Whatever was closed cleanly is loaded, of whichever run it is."""
    trusted = c.clean
    return given((h.power == Power.OFF) & (h.run < h.last_run)).then(
        h.power.becomes(Power.ON),
        h.agent_up.becomes(True),
        h.run.becomes(h.run + 1),
        h.resync.becomes(trusted.if_else(h.resync, Resync.REQUIRED)),
        *(h.memory[b].becomes(trusted & c.marks[b]) for b in h.blocks),
        c.run.becomes(h.run + 1),
        c.clean.becomes(False),
    )


EXHIBIT = WrongDesign(
    SPEC.but("rolled_back_bitmap", "The run of a clean bitmap is not compared.", boot),
    breaks="BMP-17",
    bug_class="B2",
    happened_in="DRBD #145",
    right="bitmap",
)
