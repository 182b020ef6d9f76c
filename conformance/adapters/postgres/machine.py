"""One machine as a database at two sites: what an operator would do with `pg_basebackup`, `pg_promote`, `pg_rewind`.

Rule: points are named places in the log and stand in the recovery site's own archive; nothing reaches it but by the
link.
"""

import itertools
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.conformance.adapters.postgres import rows
from siteproof.conformance.adapters.postgres.server import DatabaseServer, copied
from siteproof.conformance.adapters.postgres.site import PostgresSite
from siteproof.model.nouns.scenario import DiskSpec
from siteproof.model.nouns.vocabulary import Place

ARRIVES_SECONDS_MAX = 30.0
POLL_SECONDS = 0.01


class PostgresMachine(ForeignProduct):
    """Two sites in `folder`; the machine runs at home."""

    def __init__(self, folder: Path, template: Path, specs: Sequence[DiskSpec]) -> None:
        """The disks are there, and hold what the scenario says."""
        self.folder, self._specs = folder, specs
        self._home = PostgresSite(folder, "home", archives=False)
        self._away = PostgresSite(folder, "away", archives=True)
        self._runs, self._other = self._home, self._away
        self._base = folder / "base"
        self._marks: dict[str, tuple[str, int]] = {}
        self._test: DatabaseServer | None = None
        self._count = itertools.count(1)
        copied(template, self._home.data)
        rows.create(self._home.start())
        for number, spec in enumerate(specs):
            if spec.image:
                rows.fill(self._home.up, number, Path(spec.image))

    @property
    def bytes_sent(self) -> int:
        """What either site's server gave to the other one."""
        return self._home.link.bytes_sent + self._away.link.bytes_sent

    @property
    def link_up(self) -> bool:
        """See Product."""
        return self._home.link.up

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """An upsert, committed on return."""
        rows.write(self._at(place), disk, offset, data)

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """The rows are deleted."""
        rows.zero(self._at(place), disk, offset, length)

    def flush(self, place: Place, disk: int) -> None:
        """Every commit is one."""

    def dump(self, place: Place, disk: int) -> Path:
        """See Product; a site that is off is looked at in a copy of its directory."""
        site = self._home if place is Place.PRIMARY else self._away
        if place is Place.TEST or (site.server is not None and site.server.runs):
            return self._file(self._at(place), disk)
        return self._looked_at(lambda data: DatabaseServer(copied(site.data, data), {}), disk)

    def enable(self, disks: tuple[int, ...]) -> None:
        """A base backup, kept for points too, and a standby on it."""
        del disks
        self._other.copy_from(self._runs)
        self._stand_by()

    def ship(self) -> None:
        """See Product."""
        position = self._runs.up.value("SELECT pg_current_wal_lsn()")
        arrived = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        end = time.monotonic() + ARRIVES_SECONDS_MAX
        while self._other.up.value(arrived) != "t":
            if not self.link_up or time.monotonic() > end:
                raise ProductTrouble(f"the standby has not replayed {position}")
            time.sleep(POLL_SECONDS)

    def mark(self, point: str, *, running: bool) -> None:
        """A restore point; its segment of the log is finished, so that the recovery site can archive it."""
        server, name = self._runs.up, f"{point}-{next(self._count)}"
        position = server.value(f"SELECT pg_create_restore_point('{name}')")
        segment = server.value(f"SELECT pg_walfile_name('{position}')")
        server.ask("SELECT pg_switch_wal()")
        server.ask("UPDATE beat SET n = n + 1")
        if not running:
            self.ship()
        self._waits_for(self._away.archive / segment, by_link=not running)
        self._marks[point] = name, int(segment[:8], 16)

    def drop(self, point: str) -> None:
        """Its name goes; the archive is kept whole."""
        self._marks.pop(point, None)

    def restore(self, point: str, disk: int) -> Path:
        """See Product; a server recovers to the point and is asked."""
        name, timeline = self._marks[point]
        return self._looked_at(lambda data: self._away.recovered(self._base, name, timeline, data), disk)

    def start_test(self, point: str) -> None:
        """A server of its own, recovered to the point and promoted; it archives nothing."""
        self._test = self._away.recovered(self._base, *self._marks[point], self.folder / "test")

    def end_test(self) -> None:
        """See Product."""
        if self._test is not None:
            self._test.kill()
            shutil.rmtree(self._test.data)
        self._test = None

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """With the source in reach a fast shutdown sends what is left; then the standby is promoted."""
        self._moved(self._home.stop if reachable else self._home.kill, self._away)
        if point:
            self.change_point(point)

    def change_point(self, point: str) -> None:
        """The site's database is recovered anew, to another point."""
        self._away.kill()
        shutil.rmtree(self._away.data)
        self._away.recovered(self._base, *self._marks[point])

    def turn_round(self) -> None:
        """`pg_rewind` of the side that was left, which then follows."""
        self._other.rewind_to(self._runs)
        self._stand_by()

    def copy_round(self) -> None:
        """A base backup instead of a rewind."""
        self._other.copy_from(self._runs)
        self._stand_by()

    def fail_back(self) -> None:
        """A fast shutdown there, a promotion here."""
        self._moved(self._runs.stop, self._other)

    def forget(self) -> None:
        """The other side goes."""
        self._other.discard()

    def cut(self) -> None:
        """See Product."""
        for site in (self._home, self._away):
            site.link.cut()

    def heal(self) -> None:
        """See Product."""
        for site in (self._home, self._away):
            site.link.heal()

    def crash_target(self) -> None:
        """SIGKILL for the standby's server."""
        if self._other.server is not None:
            self._other.server.strike()

    def revive(self) -> None:
        """See Product."""
        self._other.revive()

    def slow(self, bytes_per_second: int) -> None:
        """The link's rate; 0: as fast as it goes."""
        for site in (self._home, self._away):
            site.link.rate_bytes = bytes_per_second

    def close(self) -> None:
        """Nothing runs any more."""
        self.end_test()
        self._home.close()
        self._away.close()

    def _at(self, place: Place) -> DatabaseServer:
        if place is not Place.TEST:
            return (self._home if place is Place.PRIMARY else self._away).up
        if self._test is None:
            raise ProductTrouble("there is no test machine")
        return self._test

    def _stand_by(self) -> None:
        """The other site follows; a copy of where it begins is what points are recovered from."""
        if self._other is self._away:
            shutil.rmtree(self._base, ignore_errors=True)
            copied(self._other.data, self._base)
        self._other.follow(self._runs)
        self.ship()

    def _moved(self, leave: Callable[[], None], to: PostgresSite) -> None:
        leave()
        to.revive()
        to.promote()
        self._runs, self._other = to, self._home if to is self._away else self._away

    def _file(self, server: DatabaseServer, disk: int) -> Path:
        path = self.folder / f"read{next(self._count)}.raw"
        return rows.dump(server, disk, self._specs[disk].size_bytes, path)

    def _waits_for(self, file: Path, *, by_link: bool) -> None:
        end = time.monotonic() + ARRIVES_SECONDS_MAX
        while not file.exists():
            if (by_link and not self.link_up) or time.monotonic() > end:
                raise ProductTrouble(f"{file.name} was not archived")
            time.sleep(POLL_SECONDS)

    def _looked_at(self, started: Callable[[Path], DatabaseServer], disk: int) -> Path:
        """A disk of a server that is there for this look only."""
        server = started(self.folder / f"look{next(self._count)}")
        try:
            return self._file(server, disk)
        finally:
            server.kill()
            shutil.rmtree(server.data)
            shutil.rmtree(server.socket)
