"""The appliance: the health of its parts, how replication is throttled, and when a machine may be moved.

(seed: Architectural components; domain §1 rule 14, §5). Pressure never reaches the workload: when changes cannot be
kept as they are, less is kept of them (data, then metadata, then a bitmap), and when the cache is full nothing is sent.
A machine is moved to another appliance only when the old one can let go of it: all of its parts work, or none does.
"""

from itertools import combinations

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Step,
    Sym,
    action,
    always,
    bound,
    define,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)
from siteproof.model.nouns.appliances import Condition
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import WriteOrderMode

DATA, METADATA, BITMAP = WriteOrderMode.DATA, WriteOrderMode.METADATA, WriteOrderMode.BITMAP
APPLIANCES_MIN = 2


class Appliance(Component):
    """One appliance: its parts, the first of which is the process server, and whether it serves the machine."""

    def __init__(self, bounds: Bounds, *, serves: bool) -> None:
        """Healthy."""
        super().__init__()
        self.parts = tuple(self.symbol(Condition.HEALTHY) for _ in range(bounds["parts"]))
        self.serves = self.flag(initially=serves)

    @property
    def process_server(self) -> Sym[Condition]:
        """What caches the changes and sends them on."""
        return self.parts[0]


class ProtectedMachine(Component):
    """A protected machine: its change records, how exact they are, and the cache that they travel through.

    `gap` says that something written is neither recorded nor cached nor applied, `pointed` that a point was taken since
    the last write.
    """

    def __init__(self, bounds: Bounds) -> None:
        """In step with its replica, forward."""
        super().__init__()
        self.mode = self.symbol(DATA)
        self.records = self.number(to=bound(bounds, "memory"))
        self.cached = self.number(to=bound(bounds, "cache"))
        self.resync = self.flag()
        self.reverse = self.flag()
        self.gap = self.history.flag()
        self.pointed = self.flag()
        self.memory = bound(bounds, "memory")
        self.cache = bound(bounds, "cache")


class Estate(Component):
    """Several appliances and the machine that one of them serves; it moves from each one to the next."""

    def __init__(self, bounds: Bounds) -> None:
        """The first appliance serves the machine; Problem when there is no second one."""
        super().__init__()
        count = bounds["appliances"]
        if count < APPLIANCES_MIN:
            raise Problem(f"appliances is {count}", "a machine is moved between appliances", "take at least 2")
        self.appliances = tuple(Appliance(bounds, serves=number == 0) for number in range(count))
        self.machine = ProtectedMachine(bounds)

    def after(self, appliance: int) -> Appliance:
        """Where a machine of this appliance is moved to."""
        return self.appliances[(appliance + 1) % len(self.appliances)]


@define
def is_fit(a: Appliance) -> Bool:
    """Every part is healthy or warns."""
    return for_each(a.parts, lambda part: part.is_in(Condition.HEALTHY, Condition.WARNING))


@define
def is_dead(a: Appliance) -> Bool:
    """No part does anything any more."""
    return for_each(a.parts, lambda part: part == Condition.DEAD)


@define
def lets_go(a: Appliance) -> Bool:
    """It can hand the machine over, or it cannot hold it: the parts agree."""
    return is_fit(a) | is_dead(a)


@define
def is_throttled(m: ProtectedMachine) -> Bool:
    """The cache has no room: nothing may be sent."""
    return m.cached == m.cache


@define
def can_send(a: Appliance) -> Bool:
    """It serves the machine and its process server works."""
    return a.serves & (a.process_server != Condition.DEAD)


def coarser(m: ProtectedMachine) -> Sym[WriteOrderMode]:
    """The next mode, which needs less memory."""
    return (m.mode == DATA).if_else(METADATA, BITMAP)


@action("APP-1", appliance="appliances", part="parts")
def part_warns(e: Estate, appliance: int, part: int) -> Step:
    """A part passes its first threshold."""
    condition = e.appliances[appliance].parts[part]
    return given(condition == Condition.HEALTHY).then(condition.becomes(Condition.WARNING))


@action("APP-2", appliance="appliances", part="parts")
def part_becomes_critical(e: Estate, appliance: int, part: int) -> Step:
    """A part passes its second threshold."""
    condition = e.appliances[appliance].parts[part]
    return given(condition == Condition.WARNING).then(condition.becomes(Condition.CRITICAL))


@action("APP-3", appliance="appliances", part="parts")
def part_dies(e: Estate, appliance: int, part: int) -> Step:
    """A part sends no heartbeat any more."""
    condition = e.appliances[appliance].parts[part]
    return given(condition != Condition.DEAD).then(condition.becomes(Condition.DEAD))


@action("APP-4", appliance="appliances", part="parts")
def part_recovers(e: Estate, appliance: int, part: int) -> Step:
    """A part is healthy again."""
    condition = e.appliances[appliance].parts[part]
    return given(condition != Condition.HEALTHY).then(condition.becomes(Condition.HEALTHY))


@action("APP-5")
def write_under_pressure(e: Estate) -> Step:
    """The workload writes, always. Without memory for one more record the records are kept in a coarser mode."""
    m = e.machine
    full = m.records == m.memory
    return given().then(
        m.records.becomes((full | (m.mode == BITMAP)).if_else(1, m.records + 1)),
        m.mode.becomes(full.if_else(coarser(m), m.mode)),
        m.pointed.becomes(False),
    )


@action("APP-6", appliance="appliances")
def send_record(e: Estate, appliance: int) -> Step:
    """A record reaches the cache, while that has room."""
    m = e.machine
    sends = can_send(e.appliances[appliance]) & ~is_throttled(m)
    return given(sends & ~m.resync & (m.records > 0)).then(
        m.records.becomes(m.records - 1),
        m.cached.becomes(m.cached + 1),
    )


@action("APP-7", appliance="appliances")
def process_cache(e: Estate, appliance: int) -> Step:
    """The process server sends the oldest of its cache on to the replica."""
    m = e.machine
    return given(can_send(e.appliances[appliance]) & (m.cached > 0)).then(m.cached.becomes(m.cached - 1))


@action("APP-8")
def refine_mode(e: Estate) -> Step:
    """Everything recorded was sent and the cache has room: records are kept in order with their data again."""
    m = e.machine
    return given((m.mode != DATA) & (m.records == 0) & ~is_throttled(m)).then(m.mode.becomes(DATA))


@action("APP-9")
def take_exact_point(e: Estate) -> Step:
    """A point is taken of what was kept in order, never in another mode and never before a resynchronisation."""
    m = e.machine
    return given((m.mode == DATA) & ~m.resync & ~m.pointed).then(m.pointed.becomes(True))


@action("APP-10", appliance="appliances")
def switch_appliance(e: Estate, appliance: int) -> Step:
    """A forward machine moves to the next appliance, when all parts of the old one agree and the new one is fit.

    What the old one had cached does not come along: the move ends with a resynchronisation.
    """
    old, new, m = e.appliances[appliance], e.after(appliance), e.machine
    return given(old.serves & lets_go(old) & is_fit(new) & ~m.reverse).then(
        old.serves.becomes(old.serves & ~lets_go(old)),
        new.serves.becomes(True),
        m.gap.becomes(m.gap | (m.cached > 0)),
        m.cached.becomes(0),
        m.resync.becomes(True),
    )


@action("APP-11", appliance="appliances")
def resynchronize_after_move(e: Estate, appliance: int) -> Step:
    """The appliance that serves the machine compares both sides: nothing is missing any more, and changes flow."""
    m = e.machine
    return given(m.resync & e.appliances[appliance].serves & is_fit(e.appliances[appliance])).then(
        m.resync.becomes(False),
        m.gap.becomes(False),
        m.records.becomes(0),
        m.mode.becomes(DATA),
    )


@action("APP-12")
def turn_around(e: Estate) -> Step:
    """The machine is failed over and protected the other way, or back again; its cache is empty then."""
    m = e.machine
    return given(~m.resync & (m.cached == 0) & (m.records == 0)).then(m.reverse.becomes(~m.reverse))


@always("APP-13", why="two appliances that serve one machine write into its replica against each other")
def one_appliance_serves_the_machine(e: Estate) -> Bool:
    """No two appliances serve the machine, also right after a move."""
    return for_each(combinations(e.appliances, 2), lambda pair: ~(pair[0].serves & pair[1].serves))


@sometimes("APP-13")
def the_old_appliance_comes_back(e: Estate) -> Bool:
    """Left when it was dead, it is fit again and serves nothing, while a part of its successor is dead."""
    first, second, *_ = e.appliances
    return is_fit(first) & second.serves & exists(second.parts, lambda part: part == Condition.DEAD)


@whenever("APP-14", why="a workload that waits for its protection has an outage that no disaster caused")
def the_workload_never_waits(e: Estate) -> Bool:
    """A write that comes after a point leaves a record: one more, one in a coarser mode, or one in the bitmap."""
    m = e.machine
    more, coarser_now = m.records < m.records.next, m.mode != m.mode.next
    return (m.pointed & ~m.pointed.next).implies(more | coarser_now | (m.mode == BITMAP))


@sometimes("APP-14")
def the_workload_writes_while_replication_is_throttled(e: Estate) -> Bool:
    """The cache is full and the records have become a bitmap; history is lost, no write is."""
    return is_throttled(e.machine) & (e.machine.mode == BITMAP)


@always("APP-15", why="what the old appliance had cached is missing in the replica, and nobody would look for it")
def a_gap_is_marked(e: Estate) -> Bool:
    """Where something written is missing, the machine is marked for resynchronisation."""
    return e.machine.gap.implies(e.machine.resync)


@sometimes("APP-15")
def a_move_costs_its_cache(e: Estate) -> Bool:
    """A move leaves a cache behind, and its resynchronisation is still to come."""
    return e.machine.gap & e.appliances[1].serves


@whenever("APP-16", why="inexact records know what has changed and not in which order: a point of them is torn")
def points_are_of_exact_records(e: Estate) -> Bool:
    """No point is taken while records are kept in a coarser mode, or while the machine is marked."""
    m = e.machine
    return (~m.pointed & m.pointed.next).implies((m.mode == DATA) & ~m.resync)


@sometimes("APP-16")
def an_inexact_record_travels(e: Estate) -> Bool:
    """Coarse records reach the replica as well; only points have to wait."""
    return (e.machine.mode == BITMAP) & (e.machine.records == 0) & (e.machine.cached > 0)


@always("APP-17", why="records that outgrow their memory are dropped one day, and nobody knows which")
def coarse_records_fit(e: Estate) -> Bool:
    """A bitmap takes the same room whatever is written, so nothing ever has to be dropped."""
    return (e.machine.mode == BITMAP).implies(e.machine.records <= 1)


@sometimes("APP-17")
def order_is_kept_without_data(e: Estate) -> Bool:
    """Between data and bitmap there is a mode that still has the order."""
    return (e.machine.mode == METADATA) & (e.machine.records == e.machine.memory)


SPEC = spec_of(
    __name__,
    "appliance",
    "Appliances: the health of their parts, replication under pressure, and the move of a machine.",
    (Part(Estate, Estate),),
    {"appliances": 2, "parts": 2, "memory": 2, "cache": 1},
)
