"""B23: the log drops what is applied, although the seed disk was not flushed."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Target
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-10")
def trim_log(t: Target) -> Step:
    """What is applied is not needed any more."""
    return given(t.up & (t.trimmed < t.applied)).then(t.trimmed.becomes(t.applied))


EXHIBIT = WrongDesign(
    SPEC.but("trimmed_early", "The log is trimmed before the seed disk is flushed.", trim_log),
    breaks="PIP-27",
    bug_class="B23",
    happened_in="Arcserve UDP notes",
    right="pipeline",
)
