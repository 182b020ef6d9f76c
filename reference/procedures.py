"""Which work belongs to which verb: one function per verb, returning the work of each phase (domain §1, Lifecycle).

The number of works equals the number of phases that lifecycle.py names for the verb.
"""

from collections.abc import Callable, Mapping

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference import failover, protection, reprotection_server
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine

Procedure = Callable[[Equipment, Machine, Command], tuple[Work, ...]]

PROCEDURES: Mapping[Verb, Procedure] = {
    Verb.ENABLE: protection.enable,
    Verb.DISABLE: protection.disable,
    Verb.TEST_FAILOVER: failover.test_failover,
    Verb.CLEAN_UP_TEST: failover.clean_up_test,
    Verb.FAIL_OVER: failover.fail_over,
    Verb.CHANGE_RECOVERY_POINT: failover.change_recovery_point,
    Verb.COMMIT: failover.commit,
    Verb.COMPLETE_MIGRATION: failover.complete_migration,
    Verb.REPROTECT: reprotection_server.reprotect,
    Verb.FAIL_BACK: reprotection_server.fail_back,
    Verb.CANCEL: reprotection_server.cancel,
}
