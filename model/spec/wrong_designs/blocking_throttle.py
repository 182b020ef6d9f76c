"""Under pressure the workload has to wait until its change can be recorded in full."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.appliance import DATA, SPEC, Estate
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("APP-5")
def write_under_pressure(e: Estate) -> Step:
    """Without memory for one more record the write waits."""
    m = e.machine
    full = m.records == m.memory
    return given(m.mode == DATA).then(
        m.records.becomes(full.if_else(m.records, m.records + 1)),
        m.pointed.becomes(False),
    )


EXHIBIT = WrongDesign(
    SPEC.but("blocking_throttle", "Pressure reaches the workload.", write_under_pressure),
    breaks="APP-14",
    bug_class="",
    happened_in="no public report",
    right="appliance",
)
