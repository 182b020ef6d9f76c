"""Which capability stands behind a call, and which capabilities belong to the bench rather than to the product.

Rule: a subject that lacks a feature is `unsupported`; one on which the bench lacks a handle (a clock, a fault, a
counter) leaves the requirement `inconclusive`; one that declares a capability and then denies it is `dishonest`.
"""

from typing import Any

from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.subject import Capability, Description, Fault, FaultKind, Provider
from siteproof.model.nouns.vocabulary import Verb

BENCH_HANDLES = frozenset(
    {
        Capability.WATERMARKS,
        Capability.BYTE_COUNTS,
        Capability.VIRTUAL_CLOCK,
        Capability.HOLD,
        Capability.LINK_FAULTS,
        Capability.CRASH_FAULTS,
        Capability.TARGET_FAULTS,
        Capability.JOB_FAULTS,
        Capability.JOB_CANCELS,
        Capability.RESIZE,
        Capability.CORRUPTION,
        Capability.STORE_FAULTS,
        Capability.DURING,
        Capability.FRAME_TAP,
        Capability.PRESSURE,
        Capability.REBOOTS,
    }
)

OF_VERB: dict[Verb, Capability] = {
    Verb.ENABLE: Capability.INITIAL_REPLICATION,
    Verb.RESYNCHRONIZE: Capability.RESYNC,
    Verb.TEST_FAILOVER: Capability.TEST_FAILOVER,
    Verb.CLEAN_UP_TEST: Capability.TEST_FAILOVER,
    Verb.FAIL_OVER: Capability.FAILOVER,
    Verb.CHANGE_RECOVERY_POINT: Capability.CHANGE_POINT,
    Verb.COMMIT: Capability.COMMIT,
    Verb.COMPLETE_MIGRATION: Capability.MIGRATION,
    Verb.REPROTECT: Capability.REPROTECT,
    Verb.FAIL_BACK: Capability.FAILBACK,
    Verb.CANCEL: Capability.CANCEL,
}

OF_FAULT: dict[FaultKind, Capability] = {
    FaultKind.LINK_DOWN: Capability.LINK_FAULTS,
    FaultKind.LINK_UP: Capability.LINK_FAULTS,
    FaultKind.AGENT_CRASH: Capability.CRASH_FAULTS,
    FaultKind.FORCED_SHUTDOWN: Capability.CRASH_FAULTS,
    FaultKind.TARGET_CRASH: Capability.TARGET_FAULTS,
    FaultKind.JOB_FAILS: Capability.JOB_FAULTS,
    FaultKind.JOB_CANCELLED: Capability.JOB_CANCELS,
    FaultKind.LOG_CORRUPT: Capability.CORRUPTION,
    FaultKind.LOG_TRUNCATED: Capability.CORRUPTION,
    FaultKind.DISK_RESIZED: Capability.RESIZE,
    FaultKind.STORE_FULL: Capability.STORE_FAULTS,
    FaultKind.IO_ERROR: Capability.STORE_FAULTS,
    FaultKind.STORE_MENDED: Capability.STORE_FAULTS,
    FaultKind.PRESSURE: Capability.PRESSURE,
    FaultKind.PRESSURE_ENDED: Capability.PRESSURE,
    FaultKind.CLEAN_REBOOT: Capability.REBOOTS,
    FaultKind.BITMAP_DAMAGED: Capability.REBOOTS,
    FaultKind.OLD_BITMAP: Capability.REBOOTS,
}

OF_ADMIN: dict[AdminVerb, Capability] = {
    AdminVerb.SWITCH_APPLIANCE: Capability.APPLIANCES,
    AdminVerb.UPDATE_COMPONENTS: Capability.APPLIANCES,
}

OF_CALL: dict[str, Capability] = {
    "discard": Capability.DISCARD,
    "advance": Capability.VIRTUAL_CLOCK,
    "arrange": Capability.DURING,
    "do_group": Capability.GROUPS,
    "administer": Capability.ADMINISTRATION,
    **dict.fromkeys(("tap", "inject"), Capability.FRAME_TAP),
    **dict.fromkeys(("observe_appliances", "appliance_event"), Capability.APPLIANCES),
    **dict.fromkeys(("save_plan", "run_plan", "answer_prompt", "observe_plan"), Capability.PLANS),
}


def capability_of(op: str, arguments: tuple[Any, ...]) -> Capability | None:
    """The capability that a call rests on; None for calls that every subject must answer."""
    first = arguments[0] if arguments else None
    if isinstance(first, Command):
        return OF_VERB.get(first.verb)
    if isinstance(first, Fault):
        return OF_FAULT.get(first.kind)
    if isinstance(first, AdminCommand):
        return OF_ADMIN.get(first.verb, Capability.ADMINISTRATION)
    return OF_CALL.get(op)


def lacking(needs: tuple[Capability, ...], description: Description) -> tuple[Verdict, str] | None:
    """The verdict on a case whose needs the subject does not declare, with its reason; None when it declares all."""
    missing = [need for need in needs if need not in description.capabilities]
    if not missing:
        return None
    features = [need.value for need in missing if need not in BENCH_HANDLES]
    if features:
        return Verdict.UNSUPPORTED, f"not offered: {', '.join(features)}"
    return Verdict.INCONCLUSIVE, f"no {', '.join(need.value.replace('_', ' ') for need in missing)}"


def provider_of(needs: tuple[Capability, ...], description: Description) -> Provider:
    """`adapter` when any capability that is needed is the adapter's invention."""
    invented = (description.capabilities.get(need) is Provider.ADAPTER for need in needs)
    return Provider.ADAPTER if any(invented) else Provider.PRODUCT
