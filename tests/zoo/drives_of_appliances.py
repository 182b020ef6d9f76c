"""Drives of exhibits that are wrong with the appliances of a site.

Rule: see drives.py.
"""

from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.appliances import ApplianceComponent, ApplianceEvent, Condition, Readings
from siteproof.model.nouns.commands import Accepted, Answer
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.vocabulary import Health, Resync
from tests.reference.bench import Bench
from tests.zoo.drives import next_point_differs, shows

HERE, THERE = "appliance-1", "appliance-2"


def _process_server(bench: Bench, *, dead: bool) -> None:
    bench.subject.appliance_event(ApplianceEvent(HERE, dead=dead))


def _measures(bench: Bench, readings: Readings) -> None:
    bench.subject.appliance_event(ApplianceEvent(HERE, readings=readings))


def _moved(bench: Bench) -> Answer:
    return bench.subject.administer(AdminCommand(AdminVerb.SWITCH_APPLIANCE, "web", appliance=THERE))


@shows("S1")
def leaves_half_an_appliance(bench: Bench) -> bool:
    """The process server alone is dead, and the machine moves."""
    bench.protected()
    _process_server(bench, dead=True)
    return isinstance(_moved(bench), Accepted)


@shows("S2")
def is_not_marked_after_a_move(bench: Bench) -> bool:
    """Both appliances are well, and the machine moves."""
    bench.protected()
    _moved(bench)
    return bench.seen.regions.resync is Resync.NONE


@shows("S3")
def comes_back_without_what_waited(bench: Bench) -> bool:
    """Write while the process server is dead."""
    bench.protected()
    _process_server(bench, dead=True)
    bench.write(3)
    _process_server(bench, dead=False)
    return next_point_differs(bench)


@shows("S4")
def sends_into_a_full_cache(bench: Bench) -> bool:
    """Write while a tenth of the cache is free."""
    bench.protected()
    before = bench.seen.bytes_sent
    _measures(bench, Readings(free_cache_percent=10))
    bench.write(3)
    return bench.minutes(1).bytes_sent > before


@shows("S5")
def warns_at_the_border(bench: Bench) -> bool:
    """Eighty percent is not above eighty."""
    _measures(bench, Readings(cpu_percent=80))
    shown = bench.subject.observe_appliances()[0].of(ApplianceComponent.PROCESS_SERVER)
    return shown is not None and shown.condition is Condition.WARNING


@shows("S6")
def updates_without_what_waited(bench: Bench) -> bool:
    """Write, and update before it has travelled."""
    bench.protected()
    bench.write(3)
    bench.subject.administer(AdminCommand(AdminVerb.UPDATE_COMPONENTS, "web"))
    return next_point_differs(bench)


@shows("S7")
def does_not_tell_of_a_lost_heartbeat(bench: Bench) -> bool:
    """Twenty minutes without a process server."""
    bench.protected()
    _process_server(bench, dead=True)
    return all(event.code is not ErrorCode.PROCESS_SERVER_NO_HEARTBEAT for event in bench.minutes(20).events)


@shows("S8")
def is_well_under_a_critical_server(bench: Bench) -> bool:
    """The process server has no memory left."""
    bench.protected()
    _measures(bench, Readings(memory_percent=99))
    return bench.seen.health is Health.NORMAL
