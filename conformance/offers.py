"""Which commands of the lifecycle a subject offers at all; the others are unsupported, never wrong.

Rule: it reads the description and nothing else.
"""

from siteproof.model.nouns.subject import Capability, Description
from siteproof.model.nouns.vocabulary import Verb

C = Capability

VERBS = tuple(Verb)
NEEDS: dict[Verb, Capability] = {
    Verb.TEST_FAILOVER: C.TEST_FAILOVER,
    Verb.CLEAN_UP_TEST: C.TEST_FAILOVER,
    Verb.FAIL_OVER: C.FAILOVER,
    Verb.CHANGE_RECOVERY_POINT: C.CHANGE_POINT,
    Verb.COMMIT: C.COMMIT,
    Verb.COMPLETE_MIGRATION: C.MIGRATION,
    Verb.REPROTECT: C.REPROTECT,
    Verb.FAIL_BACK: C.FAILBACK,
    Verb.CANCEL: C.CANCEL,
    Verb.RESYNCHRONIZE: C.RESYNC,
}


def offered(description: Description) -> list[Verb]:
    """The commands that the subject offers."""
    there = {*description.capabilities, C.LIFECYCLE}
    return [verb for verb in VERBS if NEEDS.get(verb, C.LIFECYCLE) in there]
