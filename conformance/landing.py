"""What a lab keeps of a command that made another copy of the machine run, or that compared its two sides.

Rule: values only; the bytes are the judge's own reading, taken when the job had ended.
"""

from attrs import frozen

from siteproof.conformance.images import MachineImages
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Place, TestFailover, Verb

MOVES_PRODUCTION = (Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT, Verb.FAIL_BACK, Verb.CANCEL)


@frozen(eq=False)
class Prior:
    """What was known of a machine when a command was given that may move its production."""

    before: Observation
    position: int
    ledgers: tuple[Ledger, ...]
    sure: int
    troubled: bool

    def moved(self, verb: Verb, after: Observation) -> bool:
        """Whether another copy runs production now."""
        if verb not in MOVES_PRODUCTION:
            return False
        return verb is Verb.CHANGE_RECOVERY_POINT or self.before.regions.active is not after.regions.active

    def drilled(self, verb: Verb, after: Observation) -> bool:
        """Whether a test machine was made; one that may have been there before is nobody's."""
        there = Place.TEST in after.running and Place.TEST not in self.before.running
        return verb is Verb.TEST_FAILOVER and after.regions.test_failover is TestFailover.COMPLETED and there


@frozen(eq=False)
class Landing:
    """Production moved to another copy, or a drill made one: its bytes right then, and the history it comes from.

    That history reaches up to `position`.

    Everything up to `sure` was known to be replicated when the command was given, and no trouble can have undone it.
    """

    command: Command
    picture: MachineImages
    ledgers: tuple[Ledger, ...]
    position: int
    before: Observation
    after: Observation
    sure: int = 0
    troubled: bool = False  # something that can make a job fail had gone wrong before


@frozen
class ResyncOutcome:
    """A resynchronisation that was asked for: the answer, the bytes it sent and the machine after it."""

    answer: Answer
    bytes_sent: int
    after: Observation
