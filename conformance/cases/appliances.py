"""Appliances: what their components show, what they hold back, and how a machine moves from one to another (domain §5).

Rule: what an appliance measures is given to it, at a border and beside it; what the subject makes of that is judged.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.administration import AdminCommand, AdminFacts, AdminVerb, Components
from siteproof.model.nouns.appliances import (
    FREE_CACHE_PERCENT_MIN,
    HEARTBEAT_MINUTES_MAX,
    ApplianceComponent,
    ApplianceEvent,
    ApplianceView,
    Condition,
    Readings,
)
from siteproof.model.nouns.commands import Answer
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Health, Resync, ResyncReason, Verb
from siteproof.model.spec.administration import table

C = Capability
SERVED = (C.APPLIANCES, C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA, C.VIRTUAL_CLOCK)
MOVED = (*SERVED, C.RESYNC)
CHEAP = ("past=aged", "past=clock jumped", "policy", "hour")
WELL = Readings()
NEWER = "99.1"


def _views(lab: Lab) -> dict[str, ApplianceView]:
    views = {view.name: view for view in lab.subject.observe_appliances()}
    lab.note(f"look at {', '.join(views)}")
    verify.given(len(views) > 1, "there is one appliance only")
    return views


def _serving(lab: Lab, machine: Machine) -> ApplianceView:
    """The one appliance that serves the machine."""
    serving = [view for view in _views(lab).values() if machine.name in view.machines]
    verify.equal(len(serving), 1, f"appliances that serve {machine.name}")
    return serving[0]


def _happens(lab: Lab, event: ApplianceEvent, what: str) -> None:
    lab.subject.appliance_event(event)
    lab.note(f"{event.appliance}: {what}")


def _measures(lab: Lab, appliance: str, readings: Readings) -> None:
    _happens(lab, ApplianceEvent(appliance, readings=readings), f"its process server measures {readings}")


def _dies(lab: Lab, appliance: str, *components: ApplianceComponent) -> None:
    for each in components:
        _happens(lab, ApplianceEvent(appliance, each, dead=True), f"{each.value} dies")


def _recovers(lab: Lab, appliance: str, *components: ApplianceComponent) -> None:
    for each in components:
        _happens(lab, ApplianceEvent(appliance, each, dead=False), f"{each.value} is back")


@contextmanager
def _measuring(lab: Lab, appliance: str, readings: Readings) -> Iterator[None]:
    """The process server measures that, and afterwards what an idle one does."""
    _measures(lab, appliance, readings)
    yield
    _measures(lab, appliance, WELL)


def _administer(lab: Lab, machine: Machine, verb: AdminVerb, appliance: str = "") -> Answer:
    command = AdminCommand(verb, machine.name, appliance=appliance)
    return lab.tell(f"{verb.value} {machine.name} {appliance}".strip(), lambda: lab.subject.administer(command))


def _other(lab: Lab, old: ApplianceView) -> str:
    return next(name for name in _views(lab) if name != old.name)


@case("C-APP-1", ["SP-APP-2", "SP-APP-8", "SP-APP-19"], needs=SERVED, fixes=CHEAP)
def every_component_reports_itself(lab: Lab) -> None:
    """Each component of each appliance is listed once with a version, and a dead one is shown as dead."""
    machine = lab.protected_machine(disk="256 KiB")
    for view in _views(lab).values():
        names = [each.component for each in view.components]
        verify.equal(len(names), len(set(names)), f"components of {view.name} that are listed once")
        verify.equal([each.component.value for each in view.components if not each.version], [], "without a version")
    view = _serving(lab, machine)
    for component in (each.component for each in view.components):
        _dies(lab, view.name, component)
        shown = _serving(lab, machine).of(component)
        verify.equal(shown and shown.condition, Condition.DEAD, f"condition of a dead {component.value}")
        _recovers(lab, view.name, component)
        shown = _serving(lab, machine).of(component)
        verify.equal(shown and shown.condition, Condition.HEALTHY, f"condition of {component.value}, which is back")


BORDERS = (
    ("SP-APP-11", "cpu_percent", (80, 81, 95, 96)),
    ("SP-APP-11", "memory_percent", (80, 81, 95, 96)),
    ("SP-APP-12", "free_cache_percent", (30, 29, 25, 24)),
    ("SP-APP-13", "upload_minutes", (30, 31, 45, 46)),
)
AT_BORDERS = (Condition.HEALTHY, Condition.WARNING, Condition.WARNING, Condition.CRITICAL)
HEALTH = {Condition.HEALTHY: Health.NORMAL, Condition.WARNING: Health.WARNING, Condition.CRITICAL: Health.CRITICAL}


@case("C-APP-2", ["SP-APP-11", "SP-APP-12", "SP-APP-13", "SP-APP-20"], needs=SERVED, fixes=CHEAP)
def a_process_server_warns_at_its_borders(lab: Lab) -> None:
    """At each border and just beyond it the process server is what the border says, and its machine no better."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.settle()
    verify.given(lab.observe(machine).health is Health.NORMAL, "the machine is not healthy at first")
    name = _serving(lab, machine).name
    for requirement, reading, values in BORDERS:
        for value, wanted in zip(values, AT_BORDERS, strict=True):
            with _measuring(lab, name, Readings(**{reading: value})):
                verify.serves(requirement)
                shown = _serving(lab, machine).of(ApplianceComponent.PROCESS_SERVER)
                verify.equal(shown and shown.condition, wanted, f"a process server with {reading} {value}")
                verify.serves("SP-APP-20")
                verify.equal(lab.observe(machine).health, HEALTH[wanted], f"health of its machine at {reading} {value}")


@case("C-APP-3", ["SP-APP-14"], needs=SERVED, fixes=CHEAP)
def a_silent_process_server_is_told(lab: Lab) -> None:
    """A process server without a heartbeat is told within its time, not before, and its machine is critical then."""
    machine = lab.protected_machine(disk="256 KiB")
    name = _serving(lab, machine).name
    _dies(lab, name, ApplianceComponent.PROCESS_SERVER)
    lab.advance(minutes=HEARTBEAT_MINUTES_MAX - 1)
    verify.equal(_told(lab, machine), 0, f"{ErrorCode.PROCESS_SERVER_NO_HEARTBEAT.value} before its time")
    lab.advance(minutes=2)
    verify.equal(_told(lab, machine), 1, f"{ErrorCode.PROCESS_SERVER_NO_HEARTBEAT.value} after its time")
    verify.equal(lab.observe(machine).health, Health.CRITICAL, "health with a silent process server")
    _recovers(lab, name, ApplianceComponent.PROCESS_SERVER)


def _told(lab: Lab, machine: Machine) -> int:
    return sum(event.code is ErrorCode.PROCESS_SERVER_NO_HEARTBEAT for event in lab.observe(machine).events)


@case("C-APP-4", ["SP-REP-30", "SP-REP-8"], needs=(*SERVED, C.BYTE_COUNTS), on_bytes=True, fixes=CHEAP)
def the_death_of_a_process_server_loses_nothing(lab: Lab) -> None:
    """What is written while the process server is dead stays with the agent, and all of it is in the next point."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.crash_point(machine)
    name = _serving(lab, machine).name
    _dies(lab, name, ApplianceComponent.PROCESS_SERVER)
    before = lab.observe(machine)
    lab.write(machine, 8)
    lab.advance(minutes=lab.profile.crash_consistent_minutes + 1)
    during = lab.observe(machine)
    verify.equal(during.bytes_sent, before.bytes_sent, "bytes that left without a process server")
    verify.equal(during.regions.resync, Resync.NONE, "resync while the agent keeps every change")
    _recovers(lab, name, ApplianceComponent.PROCESS_SERVER)
    _compared(lab, machine)
    verify.serves("SP-REP-30", "SP-REP-8")
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))


@case("C-APP-5", ["SP-APP-15"], needs=(*SERVED, C.BYTE_COUNTS), fixes=CHEAP)
def a_full_cache_throttles_replication_alone(lab: Lab) -> None:
    """With too little free cache nothing leaves, every write is taken, and with room again all of it arrives."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.settle()
    name = _serving(lab, machine).name
    before = lab.observe(machine).bytes_sent
    with _measuring(lab, name, Readings(free_cache_percent=FREE_CACHE_PERCENT_MIN - 1)):
        lab.write(machine, 8)
        lab.advance(minutes=2)
        verify_bytes.same_image(
            lab.read(machine), lab.history.image_now(machine.name), "the disk of a throttled machine"
        )
        verify.equal(lab.observe(machine).bytes_sent, before, "bytes that left of a throttled machine")
    _compared(lab, machine)
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))


def _compared(lab: Lab, machine: Machine) -> None:
    """A product may mark a machine whose way was closed; it is compared then."""
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")


@case("C-APP-6", ["SP-APP-16", "SP-APP-18"], needs=(*MOVED, C.LIFECYCLE), fixes=CHEAP)
def an_appliance_lets_go_when_its_components_agree(lab: Lab) -> None:
    """One dead or critical component blocks the switch and changes nothing; with all dead, or all well, it is taken."""
    machine = lab.protected_machine(disk="256 KiB")
    old = _serving(lab, machine)
    new, parts = _other(lab, old), [each.component for each in old.components]
    verify.serves("SP-APP-18")
    for component in parts:
        _dies(lab, old.name, component)
        _is_blocked(lab, machine, new, f"with a dead {component.value}")
        _recovers(lab, old.name, component)
    with _measuring(lab, old.name, Readings(cpu_percent=99)):
        _is_blocked(lab, machine, new, "with a critical process server")
    _measures(lab, new, Readings(memory_percent=99))
    _is_blocked(lab, machine, new, "to an appliance that is critical")
    _measures(lab, new, WELL)
    verify.serves("SP-APP-16")
    _dies(lab, old.name, *parts)
    verify.accepted(_administer(lab, machine, AdminVerb.SWITCH_APPLIANCE, new), "a switch away from a dead appliance")
    lab.resynchronise(machine)
    _measures(lab, new, Readings(cpu_percent=85))
    _recovers(lab, old.name, *parts)
    verify.accepted(_administer(lab, machine, AdminVerb.SWITCH_APPLIANCE, old.name), "a switch while a component warns")
    _measures(lab, new, WELL)
    lab.resynchronise(machine)


def _is_blocked(lab: Lab, machine: Machine, new: str, how: str) -> None:
    before, serving = lab.observe(machine), _serving(lab, machine).name
    facts = AdminFacts(components=Components.MIXED)
    code = table.refusal(before.regions, facts, AdminVerb.SWITCH_APPLIANCE, lab.profile)
    assert code is not None
    answer = _administer(lab, machine, AdminVerb.SWITCH_APPLIANCE, new)
    verify.refused(answer, [code], f"a switch {how}")
    verify.unchanged(before, lab.observe(machine), f"a switch {how} is refused")
    verify.equal(_serving(lab, machine).name, serving, f"who serves the machine after a refused switch {how}")


@case("C-APP-7", ["SP-APP-17", "SP-APP-19", "SP-RES-23"], needs=MOVED, on_bytes=True, fixes=CHEAP)
def a_moved_machine_is_compared(lab: Lab) -> None:
    """After a switch the other appliance serves the machine, which is marked until both sides were compared."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.write(machine, 8)
    old = _serving(lab, machine)
    new = _other(lab, old)
    verify.accepted(_administer(lab, machine, AdminVerb.SWITCH_APPLIANCE, new), "a switch between healthy appliances")
    after = lab.observe(machine)
    verify.equal(after.regions.resync, Resync.REQUIRED, "resync after a switch")
    verify.equal(after.resync_reason, ResyncReason.APPLIANCE_SWITCHED, "the reason of the mark")
    verify.equal(_serving(lab, machine).name, new, "who serves the machine after the switch")
    _dies(lab, old.name, ApplianceComponent.PROCESS_SERVER)
    verify.equal(lab.resynchronise(machine).after.regions.resync, Resync.NONE, "resync when both sides were compared")
    lab.write(machine, 4)
    verify.serves("SP-APP-17", "SP-APP-19", "SP-RES-23")
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))
    _recovers(lab, old.name, ApplianceComponent.PROCESS_SERVER)


@case("C-APP-8", ["SP-APP-16"], needs=(*MOVED, C.LIFECYCLE, C.FAILOVER), fixes=(*CHEAP, "past=failed drill", "way"))
def a_machine_is_moved_while_it_is_protected_forward(lab: Lab) -> None:
    """Before the enable and after a failover a switch is refused with what the table says, and nothing changes."""
    machine = lab.machine(disk="256 KiB")
    for verb in (None, Verb.ENABLE, Verb.FAIL_OVER):
        if verb is Verb.ENABLE:
            lab.protect(machine)
            continue
        before = lab.observe(machine) if verb is None else lab.run(machine, verb)
        code = table.refusal(before.regions, AdminFacts(), AdminVerb.SWITCH_APPLIANCE, lab.profile)
        answer = _administer(lab, machine, AdminVerb.SWITCH_APPLIANCE, list(_views(lab))[-1])
        assert code is not None
        verify.refused(answer, [code], f"a switch in {before.regions.protection.value}")
        verify.unchanged(before, lab.observe(machine), f"a switch in {before.regions.protection.value} is refused")


@case("C-APP-9", ["SP-APP-3"], needs=SERVED, on_bytes=True, fixes=CHEAP)
def an_update_loses_nothing(lab: Lab) -> None:
    """A newer version is taken while changes wait: points and marks stay as they were, and the changes arrive."""
    machine = lab.protected_machine(disk="256 KiB")
    kept = lab.crash_point(machine)
    name = _serving(lab, machine).name
    _happens(lab, ApplianceEvent(name, newer_version=NEWER), f"version {NEWER} is out")
    lab.write(machine, 8)
    before = lab.observe(machine)
    verify.accepted(_administer(lab, machine, AdminVerb.UPDATE_COMPONENTS), "an update of the components")
    after = lab.observe(machine)
    verify.equal((after.points, after.regions), (before.points, before.regions), "points and regions after an update")
    versions = {each.version for each in _serving(lab, machine).components}
    verify.equal(versions, {NEWER}, "versions after the update")
    verify_bytes.true_point(lab, machine, kept)
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))
