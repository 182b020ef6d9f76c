"""B10: the persisted bitmap is trusted although it was not closed: a crash came before its last marks."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.bitmap import SPEC, Copy, Host, Power
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("BMP-11")
def boot(h: Host, c: Copy) -> Step:
    """Whatever is stored of the last run is loaded."""
    trusted = c.run == h.run
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
    SPEC.but("bitmap_of_before_the_crash", "A persisted bitmap is trusted after a crash.", boot),
    breaks="BMP-17",
    bug_class="B10",
    happened_in="QEMU bitmap documentation",
    right="bitmap",
)
