"""Campaigns for tests: small ones, bounded by executions, each in a folder of its own.

Rule: no test waits for a clock; what is asked of a campaign is the same on a slow machine.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.fuzz.campaign import Budget, Campaign, CampaignOutcome, Rounds
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.identity import identity
from siteproof.fuzz.store import FILE_NAME, CampaignStore

HONEST = "siteproof.reference.subject:make_subject"
FORGETFUL = "siteproof.reference.zoo.b2:make_subject"  # a reconnect clears the mark
STEPS = 25
SEED = 7


def target(name: str) -> SubjectAddress:
    """A Python subject by its name."""
    return SubjectAddress(TargetKind.PYTHON, name)


def opened(name: str, folder: Path, *, seed: int = SEED, resume: bool = False) -> CampaignStore:
    """The store of a campaign in that folder."""
    known = identity(WalkCourse(target(name), seed, STEPS))
    folder.mkdir(exist_ok=True)
    return (
        CampaignStore.opened(folder / FILE_NAME, known) if resume else CampaignStore.created(folder / FILE_NAME, known)
    )


def campaign(
    name: str,
    folder: Path,
    executions: int,
    *,
    seed: int = SEED,
    failures: int = 100,
    known: Mapping[str, str] | None = None,
    resume: bool = False,
    rounds: Callable[[Campaign], Rounds] | None = None,
    course: Callable[[WalkCourse], WalkCourse] = lambda usual: usual,
) -> CampaignOutcome:
    """A campaign of so many executions."""
    store = opened(name, folder, seed=seed, resume=resume)
    budget = Budget(executions=executions, failures=failures)
    try:
        made = Campaign(course(WalkCourse(target(name), seed, STEPS)), budget, store, known or {})
        made.rounds = rounds and rounds(made)
        return made.run()
    finally:
        store.close()


def said(outcome: CampaignOutcome) -> list[object]:
    """Everything that a campaign has found and seen, in words that have no clock."""
    tally = outcome.tally
    groups = [(each.fingerprint, each.record.to_json(), each.executions, each.known) for each in tally.groups.values()]
    return [tally.executions, tally.steps, sorted(map(str, tally.cells)), [each.number for each in tally.kept], groups]
