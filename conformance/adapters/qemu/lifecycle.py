"""The lifecycle around two bare daemons: which verb this adapter accepts where. Rule: invented here, claimed as such.

QEMU has no lifecycle; the rows restate domain §1 as far as this subject goes. It never needs a resynchronisation
(a failed increment keeps its bitmap) and never runs in reverse, so those rows are not reachable.
"""

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.subject import Unsupported
from siteproof.model.nouns.vocabulary import Protection, Site, TestFailover, Verb

# fmt: off
ALLOWED: dict[Protection, tuple[Verb, ...]] = {
    Protection.UNPROTECTED:                (Verb.ENABLE,),
    Protection.INITIAL_REPLICATION:        (Verb.DISABLE,),
    Protection.INITIAL_REPLICATION_FAILED: (Verb.DISABLE,),
    Protection.PROTECTED:                  (Verb.FAIL_OVER, Verb.TEST_FAILOVER, Verb.DISABLE),
    Protection.FAILED_OVER:                (Verb.COMMIT, Verb.CHANGE_RECOVERY_POINT, Verb.COMPLETE_MIGRATION,
                                            Verb.DISABLE),
    Protection.COMMITTED:                  (Verb.COMPLETE_MIGRATION, Verb.DISABLE),
    Protection.MIGRATED:                   (),
}
# fmt: on
OUT_OF_SCOPE = {Verb.REPROTECT: (Protection.FAILED_OVER, Protection.COMMITTED)}


def allowed(regions: Regions) -> tuple[Verb, ...]:
    """The verbs that `check` lets pass."""
    if regions.test_failover is not TestFailover.NONE:
        return (Verb.CLEAN_UP_TEST,)
    if regions.protection is Protection.UNPROTECTED and regions.active is Site.RECOVERY:
        return ()
    return ALLOWED[regions.protection]


def check(regions: Regions, verb: Verb) -> None:
    """Raise Refused with the named error when the verb is not allowed now, Unsupported when nobody does it here."""
    if verb in allowed(regions):
        return
    if regions.protection in OUT_OF_SCOPE.get(verb, ()):
        raise Unsupported(f"{verb.value} is not part of this adapter")
    raise Refused(_code(regions), f"{verb.value} in {regions.protection.value}")


def _code(regions: Regions) -> ErrorCode:
    if regions.protection is Protection.INITIAL_REPLICATION:
        return ErrorCode.OPERATION_CONFLICT
    if regions.test_failover is not TestFailover.NONE:
        return ErrorCode.TEST_FAILOVER_CLEANUP_PENDING
    return ErrorCode.OPERATION_NOT_ALLOWED
