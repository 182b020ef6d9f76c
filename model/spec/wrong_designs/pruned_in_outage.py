"""B38: points grow old by the clock although none arrives, and a long outage prunes the last one."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.retention import SPEC, Store, Use
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RET-2", instant="instants")
def time_passes(s: Store, instant: int) -> Step:
    """No point arrives; what has reached the retention is pruned all the same."""
    beyond = s.points[: max(0, instant - s.retention + 1)]
    return given(s.now == instant).then(
        s.now.becomes(instant + 1),
        *(point.kept.becomes(point.kept & (point.use == Use.PINNED)) for point in beyond),
    )


EXHIBIT = WrongDesign(
    SPEC.but("pruned_in_outage", "Retention prunes although no point arrives.", time_passes),
    breaks="RET-6",
    bug_class="B38",
    happened_in="borg prune --keep-within",
    right="retention",
)
