"""The words of conditional mutants: where one strikes, when (trigger) and how (harm); a mutant is a value.

Rule: a mutant names everything that it does; nothing is drawn after it was made, so its id means the same for ever
within one version.
"""

from enum import StrEnum

from attrs import frozen


class Layer(StrEnum):
    """Where a mutant sits: around the Subject contract of any subject, or inside the reference."""

    CONTRACT = "contract"
    INSIDE = "inside"


class Trigger(StrEnum):
    """When a mutant is wrong; `amount` gives the number where one is needed."""

    NTH_CALL = "nth call"
    EVERY_KTH = "every k-th call"
    OTHER_DISK = "second disk"
    OTHER_MACHINE = "second machine"
    LAST_BLOCK = "last block"
    BLOCK_RANGE = "block range"
    LARGE = "size over a bound"
    REVERSE = "reverse direction"
    AFTER_FAULT = "after a fault"
    DURING_JOB = "during a job"
    AFTER_RESTART = "after a restart"
    SECOND_EXCURSION = "second excursion"
    QUIET_HOURS = "weekend or night"
    AFTER_CLOCK_JUMP = "after a clock jump"
    APP_POINT = "app-consistent point"
    DRILL_OPEN = "open drill"
    SECOND_LIFE = "second life"
    NAME = "name pattern"


class Harm(StrEnum):
    """What goes wrong when the trigger holds."""

    SKIP = "skip the call"
    REPEAT = "repeat the call"
    STALE = "stale value"
    LATE = "late"
    SWALLOW = "swallowed error"
    OFF_BY_ONE = "off by one"
    WRONG_TARGET = "wrong disk or machine"
    WRONG_WORD = "wrong word"
    DROP_LAST = "drop the last"
    REORDER = "reorder"
    TRUNCATE = "truncated batch"
    ZEROS = "zeroed bytes"
    WRONG_TIME = "wrong time or sequence"


class HarmSite(StrEnum):
    """What a harm takes hold of."""

    CALL = "call"
    ARGUMENT = "argument"
    RESULT = "result"
    EFFECT = "effect"  # an attribute that the call has changed


@frozen
class Mutant:
    """One conditional mutant. `target` is `do` of the contract, or `module:Class.method` inside the reference.

    `amount` is the trigger's number, `pick` chooses among the places where the harm could take hold.
    """

    id: str
    layer: Layer
    room: str
    target: str
    trigger: Trigger
    amount: int
    harm: Harm
    site: HarmSite
    pick: int = 0

    def __str__(self) -> str:
        """One line for a table."""
        where = f"{self.target}" if self.layer is Layer.INSIDE else f"contract {self.target}"
        amount = f" {self.amount}" if self.trigger in COUNTED else ""
        place = f" ({self.site.value} {self.pick})" if self.site is not HarmSite.CALL else ""
        return f"{where}: {self.harm.value}{place} when {self.trigger.value}{amount}"


COUNTED = frozenset(
    {Trigger.NTH_CALL, Trigger.EVERY_KTH, Trigger.BLOCK_RANGE, Trigger.LARGE, Trigger.AFTER_FAULT, Trigger.NAME}
)
CALL_HARMS = frozenset({Harm.SKIP, Harm.REPEAT, Harm.STALE, Harm.LATE, Harm.SWALLOW})
