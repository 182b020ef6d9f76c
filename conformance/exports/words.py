"""The service's own words for states and commands, in ours.

Rule: a word that is not known here becomes None, which fits any value; it is never guessed.
"""

import functools
import re
from collections.abc import Iterable

from attrs import frozen

from siteproof.model.nouns.vocabulary import RECORDED_NAME, Direction, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.spec.providers.provider import ProviderData

VERBS: dict[str, Verb] = {
    **{verb.value: verb for verb in Verb},
    **{name.casefold(): verb for verb, name in RECORDED_NAME.items()},
    "failback": Verb.FAIL_BACK,
    "reversereplicate": Verb.REPROTECT,
    "reversereplication": Verb.REPROTECT,
    "reprotect": Verb.REPROTECT,
    "failover": Verb.FAIL_OVER,
    "commitfailover": Verb.COMMIT,
    "cleanuptestfailover": Verb.CLEAN_UP_TEST,
    "testfailovercleanup": Verb.CLEAN_UP_TEST,
    "resynchronize": Verb.RESYNCHRONIZE,
    "applyrecoverypoint": Verb.CHANGE_RECOVERY_POINT,
    "changerecoverypoint": Verb.CHANGE_RECOVERY_POINT,
    "enabledr": Verb.ENABLE,
    "disabledr": Verb.DISABLE,
    "enablereplication": Verb.ENABLE,
    "disablereplication": Verb.DISABLE,
    "resync": Verb.RESYNCHRONIZE,
    "migrate": Verb.COMPLETE_MIGRATION,
}
"""Commands by any of their names, in small letters without blanks."""

P = Protection
STATES: tuple[tuple[str, Protection], ...] = (
    # the first pattern that is found in the name (or, for the first two, in its description) decides
    (r"failovercommitted|^plannedfailoverstatesbegin$|^commitfailovercompleted$", P.COMMITTED),
    (r"commitpending|commitrequired|^(un)?plannedfailovercompleted$", P.FAILED_OVER),
    (r"commitfailoverfailed", P.COMMIT_FAILED),
    (r"commitfailover", P.COMMITTING),
    (r"cancelfailoverfailed", P.CANCEL_FAILED),
    (r"cancelfailover", P.CANCELLING),
    (r"changerecoverypoint|changepit", P.CHANGING_RECOVERY_POINT),
    (r"reversereplicationfailed|switchprotectionfailed", P.REPROTECT_FAILED),
    (r"reversereplication|switchprotection", P.REPROTECTING),
    (r"failover(completion)?failed", P.FAILOVER_FAILED),
    (r"plannedfailovercompleting", P.FAILOVER_COMPLETING),
    (r"plannedfailover(initiated|transition)", P.FAILOVER_INITIATED),
    (r"initialreplicationfailed", P.INITIAL_REPLICATION_FAILED),
    (r"initialreplication", P.INITIAL_REPLICATION),
    (r"enablingfailed|enableprotectionfailed", P.ENABLING_FAILED),
    (r"^enabl", P.ENABLING),
    (r"(disabl|removeprotection)\w*failed", P.DISABLING_FAILED),
    (r"^disabl|removeprotection", P.DISABLING),
    (r"^unprotected", P.UNPROTECTED),
    (r"migrat", P.MIGRATED),
    (r"^protected", P.PROTECTED),
)
DRILLS: dict[str, TestFailover] = {
    "none": TestFailover.NONE,
    "testfailoverinitiated": TestFailover.INITIATED,
    "initiated": TestFailover.INITIATED,
    "completing": TestFailover.COMPLETING,
    "waitingforcompletion": TestFailover.COMPLETED,
    "completed": TestFailover.COMPLETED,
    "failed": TestFailover.FAILED,
    "cleanupinitiated": TestFailover.CLEANUP_INITIATED,
}
"""`MarkedForDeletion` is not among them: the service shows it long after a clean-up has ended."""

RESYNCS: dict[str, Resync] = {
    "preparedforresynchronization": Resync.QUEUED,
    "startedresynchronization": Resync.RUNNING,
}


@functools.lru_cache(maxsize=1 << 14)
def bare(word: str) -> str:
    """A word in small letters, without blanks and signs between."""
    return re.sub(r"[\s_-]", "", word).casefold()


@functools.lru_cache(maxsize=4096)
def verb_of(word: str) -> Verb | None:
    """The command that the word means."""
    return VERBS.get(word.casefold()) or VERBS.get(bare(word))


def verbs_of(words: Iterable[str]) -> tuple[frozenset[Verb], tuple[str, ...]]:
    """The commands of a list, and the words that mean none."""
    listed = [(word, verb_of(word)) for word in words]
    return frozenset(v for _, v in listed if v is not None), tuple(word for word, verb in listed if verb is None)


@functools.lru_cache(maxsize=4096)
def protection_of(state: str, description: str = "") -> Protection | None:
    """The protection state; the description decides where the name stands for several."""
    if state in list(Protection):
        return Protection(state)
    if re.search(r"failovercommitted$", bare(description)):
        return Protection.COMMITTED
    name = bare(state)
    return next((found for pattern, found in STATES if re.search(pattern, name)), None)


def drill_of(state: str | None, protection: Protection | None) -> TestFailover | None:
    """The drill; beside anything but protection there is none, whatever the export still shows."""
    if protection not in (None, Protection.PROTECTED):
        return TestFailover.NONE
    return DRILLS.get(bare(state)) if state is not None else None


def resync_of(required: bool | None, state: str | None, site: Site | None) -> Resync | None:
    """The mark, as far as the export shows it."""
    if site is Site.RECOVERY:
        return Resync.NONE
    working = RESYNCS.get(bare(state or ""))
    if working is not None or required is None:
        return working
    return Resync.REQUIRED if required else Resync.NONE


def site_of(location: str | None) -> Site | None:
    """The active location."""
    return {"primary": Site.PRIMARY, "recovery": Site.RECOVERY}.get(bare(location or ""))


def direction_of(provider: ProviderData | None, instance_type: str | None) -> Direction | None:
    """Which way data flows: a symmetric provider does not show it."""
    if provider is None or provider.symmetric or instance_type is None:
        return None
    back = instance_type.casefold() in {each.casefold() for each in provider.back}
    return Direction.REVERSE if back else Direction.FORWARD


@frozen
class Shown:
    """The regions that an export shows of a machine; None was not shown."""

    protection: Protection | None
    direction: Direction | None
    active: Site | None
    test_failover: TestFailover | None
    resync: Resync | None
