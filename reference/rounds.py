"""Rounds: points that the members of a replication group share, all of them or none (domain §2, §4, §7 B16).

Rule: every member is cut at one instant, before anything of any of them travels; the point is listed when the parts of
all are kept. A round that fails leaves nothing behind, and each member goes on with points of its own.
"""

from collections.abc import Callable
from typing import Protocol

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.agent import MachineCut
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.machine import Machine
from siteproof.reference.membership import members, shared
from siteproof.reference.points import StoredPoint
from siteproof.reference.stream import Stream
from siteproof.reference.vault import Vault


class SharedReplication(Protocol):
    """What a round asks of the replication around it."""

    vault: Vault

    @property
    def now_ms(self) -> int:
        """The steady clock."""
        ...

    def quiesced(self, machine: Machine, consistency: Consistency) -> bool:
        """Whether its applications have flushed, as far as the kind of point asks for it."""
        ...

    def sends(self, machine: Machine, send: Callable[[Stream], bool]) -> bool:
        """Send something; False, and a mark, unless both sides are up to date."""
        ...

    def apply(self, machine: Machine) -> bool:
        """Process what was received."""
        ...

    def keep_point(self, machine: Machine, point: StoredPoint) -> bool:
        """Make the applied state that point."""
        ...

    def drop_points(self, machine: Machine, names: set[str]) -> None:
        """Remove these points."""
        ...

    def prune(self, machine: Machine) -> None:
        """Thin the points."""
        ...


class Rounds:
    """Takes the shared points of all groups of one appliance."""

    def __init__(self, replication: SharedReplication) -> None:
        """No round was held yet."""
        self.replication = replication

    def circle(self, machine: Machine) -> tuple[Machine, ...]:
        """The members with which the machine takes its points now; nobody when it has to take its own."""
        circle = members(self.replication.vault, machine.group)
        whole = len(circle) > 1 and all(self.can_join(each) for each in circle)
        return circle if whole else ()

    def can_join(self, machine: Machine) -> bool:
        """Whether a part of this member could be had now."""
        return machine.trusted and machine.forward and machine.link.up and machine.link.served

    def last_ms(self, circle: tuple[Machine, ...], consistency: Consistency) -> int | None:
        """When the members took their newest shared point of that kind."""
        return max((point.born_ms for point in shared(circle) if point.consistency is consistency), default=None)

    def held_ms(self, machine: Machine, minutes: int, consistency: Consistency) -> int | None:
        """When a member already brought the point that is due now, less than the interval ago."""
        last_ms = self.last_ms(self.circle(machine), consistency)
        return last_ms if last_ms is not None and self.replication.now_ms - last_ms < minutes * MINUTE_MS else None

    def take(self, circle: tuple[Machine, ...], consistency: Consistency) -> bool:
        """Hold a round; whether the members share one point more."""
        if not circle or not all(self.replication.quiesced(each, consistency) for each in circle):
            return False
        if not self.ship_together(circle) or not all(self.replication.apply(each) for each in circle):
            return False
        if not self.keep_together(circle, consistency):
            return False
        for each in circle:
            self.replication.prune(each)
        return True

    def ship_together(self, circle: tuple[Machine, ...]) -> bool:
        """Cut every member, then send the cuts; what could not be sent is dirty again."""
        cuts = self.cut(circle)
        arrived = True
        for machine, cut in zip(circle, cuts, strict=True):
            if arrived:
                arrived = self.arrives(machine, cut)
            else:
                cut.failed()
        return arrived

    def arrives(self, machine: Machine, cut: MachineCut) -> bool:
        """Send a cut; one that nobody even tried to send is dirty again, too."""
        tried: list[Stream] = []

        def send(stream: Stream) -> bool:
            tried.append(stream)
            return stream.send(cut)

        arrived = self.replication.sends(machine, send)
        if not tried:
            cut.failed()
        return arrived

    def cut(self, circle: tuple[Machine, ...]) -> tuple[MachineCut, ...]:
        """What changed at every member, as of one instant: nobody writes in between."""
        streams = [machine.stream for machine in circle]
        return tuple(stream.agent.cut() for stream in streams if stream is not None)

    def keep_together(self, circle: tuple[Machine, ...], consistency: Consistency) -> bool:
        """Keep one point of every member under one name; when a part cannot be kept, none is."""
        (name, sequence), now_ms = self.replication.vault.next_point(), self.replication.now_ms
        kept: list[Machine] = []
        for machine in circle:
            taken_ms = now_ms + machine.clock_offset_ms
            part = StoredPoint(name, consistency, now_ms, taken_ms, sequence, machine.group)
            try:
                stays = self.replication.keep_point(machine, part)
            except (CorruptLog, StoreFailed):  # whoever keeps it has told it already, or will at the next try
                stays = False
            if not stays:
                break
            kept.append(machine)
        if len(kept) == len(circle):
            return True
        for machine in kept:
            self.replication.drop_points(machine, {name})
        return False
