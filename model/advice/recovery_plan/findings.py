"""One line of the verdict on a plan."""

from enum import StrEnum

from attrs import frozen


class PlanOutcome(StrEnum):
    """What is said of one rule."""

    PASS = "pass"  # noqa: S105  (a verdict, no password)
    REFUTED = "refuted"
    NOTE = "note"  # a fact that decides nothing
    NOT_APPLICABLE = "not applicable"


@frozen
class PlanFinding:
    """One line of the verdict; `details` name what breaks the rule, or the facts when it is kept."""

    id: str
    sentence: str
    outcome: PlanOutcome
    details: tuple[str, ...] = ()
