"""One machine's images, mirrored: each method is what an operator would do with `rbd`.

Rule: the product is asked, its answers are taken, and nothing is mended behind its back: a promotion that it accepts
is a promotion.
"""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from siteproof.conformance.adapters.ceph.binding import rbd, until
from siteproof.conformance.adapters.ceph.images import Images
from siteproof.conformance.adapters.ceph.modes import Mode, bring_up
from siteproof.conformance.adapters.ceph.site import CephSite
from siteproof.conformance.adapters.ceph.sites import CephSites
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.model.nouns.vocabulary import Place

PROMOTED_SECONDS_MAX = 25.0
FORCED_SECONDS_MAX = 12.0
GONE_SECONDS_MAX = 10.0
TEST = "-test"


class CephMachine(ForeignProduct):
    """Images called `prefix` and a number; site `a` is home."""

    resynchronises = True

    def __init__(self, sites: CephSites, mode: Mode, prefix: str, sizes_bytes: tuple[int, ...]) -> None:
        """The images are there at home, and hold zeros."""
        self._sites = sites
        self._mode = mode
        self._images = Images(prefix, sites.folder)
        self._sizes = sizes_bytes
        self._disks: tuple[int, ...] = ()
        self._runs, self._other = sites.a, sites.b
        self._pen = threading.Lock()  # a point is one instant of all disks, whoever writes
        self._began_bytes = sites.network.sent()
        for disk, size in enumerate(sizes_bytes):
            self._images.create(sites.a, disk, size, journal=mode.journal)

    @property
    def bytes_sent(self) -> int:
        """Bytes on the link, of both directions and all machines."""
        return self._sites.network.sent() - self._began_bytes

    @property
    def link_up(self) -> bool:
        """There is one link for all machines."""
        return self._sites.network.up

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """See Product."""
        with self._pen:
            self._images.write(*self._copy(place, disk), offset, data)

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """A discard of less than `rbd discard granularity bytes` does nothing, so zeroes are asked for."""
        with self._pen:
            self._images.handle(*self._copy(place, disk)).write_zeroes(offset, length)

    def flush(self, place: Place, disk: int) -> None:
        """See Product."""
        self._images.handle(*self._copy(place, disk)).flush()

    def dump(self, place: Place, disk: int) -> Path:
        """See Product."""
        return self._images.dump(*self._copy(place, disk))

    def enable(self, disks: tuple[int, ...]) -> None:
        """See Product."""
        self._disks = disks
        for disk in disks:
            self._images.handle(self._runs, self._images.name(disk)).mirror_image_enable(self._mode.kind())
        self.ship()

    def ship(self) -> None:
        """See Product."""
        bring_up(self._mode, self._images, self._runs, self._other, self._disks)

    def mark(self, point: str, *, running: bool) -> None:
        """User snapshots, taken while nothing is written; the product carries them over."""
        with self._pen:
            for disk in self._disks:
                self._images.handle(self._runs, self._images.name(disk)).create_snap(point)
        if not running:
            self.ship()
            for disk in self._disks:
                self._waits_for_a_snapshot(disk, point)

    def drop(self, point: str) -> None:
        """See Product; what went with its replica is gone already."""
        for disk in self._disks:
            if point in self._images.snapshots(self._runs, disk):
                self._images.handle(self._runs, self._images.name(disk)).remove_snap(point)

    def restore(self, point: str, disk: int) -> Path:
        """See Product."""
        return self._images.dump(self._sites.b, self._images.name(disk), point)

    def start_test(self, point: str) -> None:
        """A clone of the replica's snapshot."""
        for disk in self._disks:
            io, name = self._sites.b.io, self._images.name(disk)
            rbd().RBD().clone(io, name, point, io, name + TEST)

    def end_test(self) -> None:
        """See Product."""
        self._images.release()
        for disk in self._disks:
            rbd().RBD().remove(self._sites.b.io, self._images.name(disk) + TEST)

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """Demote, then promote as soon as the product lets us; with the source out of reach by force."""
        self._images.release()
        if reachable:
            for disk in self._disks:
                self._images.demote(self._runs, disk)
        promote = self._promote if reachable else self._take
        for disk in self._disks:
            promote(self._sites.b, disk)
        self._runs, self._other = self._sites.b, self._sites.a
        if point:
            self.change_point(point)

    def change_point(self, point: str) -> None:
        """Roll back to a snapshot that the product carried over."""
        self._images.release()
        for disk in self._disks:
            self._rolled_back(disk, point)

    def turn_round(self) -> None:
        """After a demotion the other direction replicates by itself; an old primary is demoted and resynchronised."""
        for disk in self._disks:
            if self._images.is_primary(self._other, disk):
                self._images.demote(self._other, disk)
                self._ask_for_resync(disk)
        self.ship()

    def resynchronise(self) -> None:
        """The product deletes the receiving image and copies all of it again."""
        for disk in self._disks:
            self._ask_for_resync(disk)
        self.ship()

    def fail_back(self) -> None:
        """See Product."""
        self._images.release()
        for disk in self._disks:
            self._images.demote(self._runs, disk)
        for disk in self._disks:
            self._promote(self._other, disk)
        self._runs, self._other = self._other, self._runs

    def forget(self) -> None:
        """Disable the mirroring; the replica goes by itself."""
        self._images.release()
        for disk in self._disks:
            with self._images.opened(self._runs, disk) as image:
                image.mirror_image_disable(not self.link_up)
        for disk in self._disks if self.link_up else ():
            self._waits_for_the_end_of_a_replica(disk)
        self._disks = ()

    def cut(self) -> None:
        """See Product."""
        self._sites.network.switch(up=False)

    def heal(self) -> None:
        """See Product."""
        self._sites.network.switch(up=True)

    def crash_target(self) -> None:
        """SIGKILL for the mirror daemon of the receiving site."""
        self._other.kill_mirror()

    def revive(self) -> None:
        """See Product."""
        self._sites.revive()

    def close(self) -> None:
        """The machine is forgotten: nothing of it is mirrored any more."""
        self._images.release()
        for site in (self._sites.a, self._sites.b):
            for disk in self._disks:
                with contextlib.suppress(rbd().Error):  # it may be gone, or mirrored no more
                    self._disable_by_force(site, disk)

    def _ask_for_resync(self, disk: int) -> None:
        with self._images.opened(self._other, disk) as image:
            image.mirror_image_resync()

    def _copy(self, place: Place, disk: int) -> tuple[CephSite, str]:
        name = self._images.name(disk)
        if place is Place.TEST:
            return self._sites.b, name + TEST
        return (self._sites.a if place is Place.PRIMARY else self._sites.b), name

    def _promote(self, site: CephSite, disk: int) -> None:
        """Try until the demotion has arrived, as far as the product can tell."""

        def attempt() -> bool:
            self.revive()
            with self._images.opened(site, disk) as image:
                image.mirror_image_promote(False)
            return True

        until(f"the promotion of {self._images.name(disk)}", attempt, PROMOTED_SECONDS_MAX, 0.05)

    def _take(self, site: CephSite, disk: int) -> None:
        """Promote by force, and wait no longer than an operator would."""
        if self._images.is_primary(site, disk):
            return
        failed: list[BaseException] = []
        thread = threading.Thread(target=_caught, args=(lambda: self._force(site, disk), failed), daemon=True)
        thread.start()
        thread.join(FORCED_SECONDS_MAX)
        if thread.is_alive():
            site.kill_mirror()
            thread.join(FORCED_SECONDS_MAX)
            after = "never" if thread.is_alive() else "only once rbd-mirror of its site was killed"
            raise ProductTrouble(f"promote --force of {self._images.name(disk)} returned {after}")
        if failed:
            raise ProductTrouble(f"promote --force was refused: {type(failed[0]).__name__}")

    def _force(self, site: CephSite, disk: int) -> None:
        with self._images.opened(site, disk) as image:
            image.mirror_image_promote(True)

    def _rolled_back(self, disk: int, point: str) -> None:
        def attempt() -> bool:
            with self._images.opened(self._runs, disk) as image:
                image.rollback_to_snap(point)
            return True

        until(f"the rollback to {point}", attempt, PROMOTED_SECONDS_MAX, 0.1)

    def _waits_for_a_snapshot(self, disk: int, point: str) -> None:
        what = f"the snapshot {point} at site {self._other.name}"
        until(what, lambda: point in self._images.snapshots(self._other, disk), GONE_SECONDS_MAX)

    def _waits_for_the_end_of_a_replica(self, disk: int) -> None:
        name = self._images.name(disk)
        try:
            until(f"the end of {name}", lambda: name not in rbd().RBD().list(self._other.io), GONE_SECONDS_MAX)
        except ProductTrouble:
            return  # it stays for ever: enabling anew will tell

    def _disable_by_force(self, site: CephSite, disk: int) -> None:
        with self._images.opened(site, disk) as image:
            image.mirror_image_disable(True)


def _caught(act: Callable[[], None], failed: list[BaseException]) -> None:
    try:
        act()
    except rbd().Error as error:
        failed.append(error)
