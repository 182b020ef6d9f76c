"""A process that dies anywhere is taken up from its state directory alone: machines, points, marks, jobs by phase."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import (
    Consistency,
    Direction,
    Place,
    Protection,
    Resync,
    Selection,
    Site,
    TestFailover,
    Verb,
)
from siteproof.reference.service import protecting
from siteproof.reference.service.facts import VaultEntry
from siteproof.reference.service.service import Service
from siteproof.reference.service.vault_log import VaultLog
from tests.service.desk import SIZE_BYTES, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with two disks."""
    return Desk(tmp_path, disks=2)


def image(desk: Desk, disk: int = 0) -> bytes:
    """What the owner's image holds."""
    return desk.images[disk].read_bytes()


def test_an_orderly_stop_keeps_the_bitmap_and_only_deltas_travel(desk: Desk) -> None:
    """Nothing is compared, nothing marked; what was dirty travels after the restart."""
    desk.protected()
    desk.write()
    desk.stop()
    desk.open()
    assert desk.web.regions.resync is Resync.NONE
    sent = protecting.ship(desk.service, "web")
    assert 0 < sent < 3 * 4096
    point = protecting.take_point(desk.service, "web", Consistency.CRASH)
    assert desk.restored(point.name) == image(desk)
    desk.stop()


def test_a_killed_process_loses_no_point_and_compares_both_sides(desk: Desk) -> None:
    """The bitmap is not believed; points are there with their bytes and their time; then it goes on."""
    desk.protected()
    first, before = desk.web.points[0], [image(desk, 0), image(desk, 1)]
    desk.write(0)
    desk.write(1)
    desk.restart()
    assert desk.web.regions.resync is Resync.REQUIRED
    assert desk.web.points == [first]
    assert [desk.restored(first.name, disk) for disk in ("sda", "sdb")] == before
    point = protecting.take_point(desk.service, "web", Consistency.CRASH)
    assert desk.service.machine("web").trusted
    assert [desk.restored(point.name, disk) for disk in ("sda", "sdb")] == [image(desk, 0), image(desk, 1)]
    assert point.sequence > first.sequence
    desk.stop()


def test_an_image_that_was_touched_while_nobody_looked_is_compared(desk: Desk) -> None:
    """An orderly stop is no promise about what its owner does afterwards."""
    desk.protected()
    desk.stop()
    with desk.images[1].open("r+b") as file:
        file.seek(9000)
        file.write(b"somebody else was here")
    desk.open()
    assert desk.web.regions.resync is Resync.REQUIRED
    point = protecting.take_point(desk.service, "web", Consistency.CRASH)
    assert desk.restored(point.name, "sdb") == image(desk, 1)
    desk.stop()


def test_points_come_by_themselves_after_a_restart(desk: Desk) -> None:
    """The rhythm is derived from the points that there are; what is overdue comes once and is dated today."""
    desk.protected()
    desk.stop()
    desk.now_ms += 3 * 3_600_000
    desk.open()
    desk.seconds(3)
    assert [point.born_ms > desk.now_ms - 10_000 for point in desk.web.points] == [False, True]
    desk.seconds(301)
    assert len(desk.web.points) == 3
    desk.stop()


def enabled(desk: Desk) -> None:
    """Protection is asked for."""
    protecting.protect(desk.service, "web", [str(each) for each in desk.images])


def asked(*before: Verb, verb: Verb, **options: object) -> Callable[[Desk], None]:
    """A command after others have ended."""

    def ask(desk: Desk) -> None:
        desk.protected()
        for each in before:
            desk.do(each)
        desk.start(verb, **options)

    return ask


BACK = (Verb.FAIL_OVER, Verb.REPROTECT)
FORWARD, REVERSE, P = Direction.FORWARD, Direction.REVERSE, Protection
JOBS: dict[str, tuple[Callable[[Desk], None], tuple[Protection, Direction, Site]]] = {
    "enable": (enabled, (P.PROTECTED, FORWARD, Site.PRIMARY)),
    "fail over": (asked(verb=Verb.FAIL_OVER), (P.FAILED_OVER, FORWARD, Site.RECOVERY)),
    "test": (asked(verb=Verb.TEST_FAILOVER), (P.PROTECTED, FORWARD, Site.PRIMARY)),
    "clean up": (asked(Verb.TEST_FAILOVER, verb=Verb.CLEAN_UP_TEST), (P.PROTECTED, FORWARD, Site.PRIMARY)),
    "other point": (
        asked(Verb.FAIL_OVER, verb=Verb.CHANGE_RECOVERY_POINT, selection=Selection.LATEST_PROCESSED),
        (P.FAILED_OVER, FORWARD, Site.RECOVERY),
    ),
    "commit": (asked(Verb.FAIL_OVER, verb=Verb.COMMIT), (P.COMMITTED, FORWARD, Site.RECOVERY)),
    "reprotect": (asked(Verb.FAIL_OVER, verb=Verb.REPROTECT), (P.PROTECTED, REVERSE, Site.PRIMARY)),
    "fail back": (asked(*BACK, verb=Verb.FAIL_BACK), (P.FAILED_OVER, REVERSE, Site.RECOVERY)),
    "cancel": (asked(*BACK, Verb.FAIL_BACK, verb=Verb.CANCEL), (P.PROTECTED, REVERSE, Site.PRIMARY)),
    "reprotect again": (asked(*BACK, Verb.FAIL_BACK, verb=Verb.REPROTECT), (P.PROTECTED, FORWARD, Site.PRIMARY)),
    "disable": (asked(verb=Verb.DISABLE), (P.UNPROTECTED, FORWARD, Site.PRIMARY)),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_goes_on_at_its_phase_however_often_the_process_dies(desk: Desk, job: str) -> None:
    """Before the work of every phase, and once after all of them, the process dies; the job ends as it should."""
    begin, (protection, direction, active) = JOBS[job]
    begin(desk)
    name = desk.web.job.name if desk.web.job else ""
    assert name
    deaths = 0
    while desk.web.job is not None:
        phase = desk.web.job.phase
        desk.restart()
        deaths += 1
        assert desk.web.job is not None, "a job that runs is not forgotten"
        assert (desk.web.job.name, desk.web.job.phase) == (name, phase)
        desk.seconds(1)
        assert deaths < 5
    desk.restart()
    regions = desk.web.regions
    assert (regions.protection, regions.direction, regions.active) == (protection, direction, active)
    assert regions.test_failover is (TestFailover.COMPLETED if job == "test" else TestFailover.NONE)
    states = {row["name"]: row["state"] for row in desk.service.vault.index_of.rows("jobs")}
    assert states[name] == "succeeded"
    check_bytes(desk)
    desk.stop()


class Died(BaseException):
    """Nothing of the process ran after this."""


def settle_until_death(desk: Desk, entries: int, patch: pytest.MonkeyPatch) -> bool:
    """Do the job, and die before so many entries of the vault are written; False when it ended before."""
    left, real = [entries], VaultLog.append

    def append(log: VaultLog, entry: VaultEntry) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Died
        real(log, entry)

    with patch.context() as patched:
        patched.setattr(VaultLog, "append", append)
        try:
            desk.service.settle()
        except Died:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_dies_before_its_work_is_written_down_does_it_again(
    tmp_path: Path, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of a phase is done and nobody knows: done once more it leads to the same end."""
    begin, (protection, direction, active) = JOBS[job]
    died, entries = True, 0
    for entries in range(20):
        (tmp_path / str(entries)).mkdir()
        desk = Desk(tmp_path / str(entries), disks=2)
        begin(desk)
        died = settle_until_death(desk, entries, monkeypatch)
        desk.restart()
        desk.service.settle()
        regions = desk.web.regions
        assert (regions.protection, regions.direction, regions.active) == (protection, direction, active)
        check_bytes(desk)
        desk.stop()
        if not died:
            break
    assert entries >= 1
    assert not died


def check_bytes(desk: Desk) -> None:
    """Whatever runs holds the image's bytes, and every listed point is one of them."""
    host = desk.web.host(Place.ACTIVE)
    assert host is not None
    store = desk.service.stores.side(desk.web.active_place)
    for disk, file in host.files.items():
        assert store.read(file, 0, SIZE_BYTES) == image(desk, ord(disk[-1]) - 97)
    for point in desk.web.listed:
        assert desk.restored(point.name, "sda") == image(desk)


def test_an_owners_image_is_never_removed(desk: Desk) -> None:
    """Neither by a reprotect, which rebuilds the machine at the site, nor by disable and forget."""
    desk.protected()
    before = image(desk)
    for verb in (*BACK, Verb.FAIL_BACK, Verb.REPROTECT, Verb.DISABLE):
        desk.do(verb)
        assert image(desk) == before
    protecting.forget(desk.service, "web")
    desk.restart()
    assert desk.service.vault.machines == {}
    assert image(desk) == before
    desk.stop()


def test_the_index_is_only_an_index(desk: Desk) -> None:
    """Deleted, it is made again with the same rows."""
    desk.protected()
    desk.do(Verb.TEST_FAILOVER)
    tables = ("machines", "points", "jobs", "events")
    before = {table: desk.service.vault.index_of.rows(table) for table in tables}
    desk.stop()
    (desk.state / "vault" / "index.sqlite").unlink()
    desk.open()
    assert {table: desk.service.vault.index_of.rows(table) for table in tables} == before
    assert before["points"]
    assert before["jobs"]
    desk.stop()


def test_a_vault_that_cannot_be_believed_is_one_problem(desk: Desk) -> None:
    """Nothing is opened, nothing deleted."""
    desk.protected()
    desk.stop()
    journal = next((desk.state / "vault").glob("journal-*.log"))
    data = bytearray(journal.read_bytes())
    data[450] ^= 1
    journal.write_bytes(data)
    files = sorted(desk.state.rglob("*.log"))
    for _ in range(2):
        with pytest.raises(Problem, match="the vault cannot be believed"):
            Service(desk.state)
    assert sorted(desk.state.rglob("*.log")) == files


def test_the_key_is_in_its_own_file_only(desk: Desk) -> None:
    """Neither logs nor index nor configuration hold it, as text or as bytes."""
    desk.protected()
    desk.stop()
    key = (desk.state / "keys" / "kek").read_text().strip()
    for path in desk.state.rglob("*"):
        if path.is_file() and path.name != "kek":
            data = path.read_bytes()
            assert key.encode() not in data, path
            assert bytes.fromhex(key) not in data, path
    assert (desk.state / "keys" / "kek").stat().st_mode & 0o077 == 0


def test_what_no_vault_knows_is_swept_at_the_start(desk: Desk) -> None:
    """A replica whose creation was under way at a crash."""
    desk.protected()
    left = desk.state / "cloud" / "web-99"
    (left / "sda").mkdir(parents=True)
    (left / "sda" / "seed.raw").write_bytes(b"left")
    desk.restart()
    assert not left.exists()
    assert desk.restored(desk.web.points[0].name) == image(desk)
    desk.stop()


def test_a_lost_image_does_not_take_its_points(desk: Desk) -> None:
    """The appliance starts, points are restored, nothing is compared with nothing; put back, it goes on."""
    desk.protected()
    before, name = image(desk), desk.web.points[0].name
    desk.stop()
    desk.images[0].unlink()
    desk.open()
    assert desk.restored(name) == before
    with pytest.raises(Problem, match="could not be compared"):
        protecting.ship(desk.service, "web")
    desk.images[0].write_bytes(before)
    desk.restart()
    point = protecting.take_point(desk.service, "web", Consistency.CRASH)
    assert desk.restored(point.name) == before
    desk.stop()


def test_lost_replicas_are_told_and_protection_can_begin_anew(desk: Desk) -> None:
    """Nobody pretends that there are points."""
    desk.protected()
    desk.die()
    shutil.rmtree(next((desk.state / "cloud").glob("web-*")))
    desk.open()
    assert desk.web.points == []
    assert desk.web.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert desk.service.vault.index_of.rows("events")[-1]["code"] == "TargetInternalError"
    desk.do(Verb.DISABLE)
    desk.do(Verb.ENABLE)
    assert desk.restored(desk.web.points[0].name) == image(desk)
    desk.stop()


def test_a_comparison_goes_on_by_itself_after_a_restart(desk: Desk) -> None:
    """Killed while both sides are compared: the next process compares them again, nobody has to ask."""
    desk.protected()
    desk.write()
    desk.restart()
    desk.start(Verb.RESYNCHRONIZE)
    desk.restart()
    assert not desk.web.trusted
    desk.seconds(10)
    assert desk.web.trusted
    desk.stop()


def test_an_automatic_comparison_waits_for_the_office_to_close_over_a_restart(desk: Desk) -> None:
    """It is planned anew from the mark; in office hours it waits."""
    desk.protected()
    desk.now_ms += 2 * 86_400_000 + 15 * 3_600_000  # Monday morning
    desk.restart()
    desk.seconds(5)
    assert not desk.web.trusted
    desk.now_ms += 12 * 3_600_000
    desk.seconds(10)
    assert desk.web.trusted
    desk.stop()


def test_a_killed_process_compares_on_the_way_back_too(desk: Desk) -> None:
    """The cloud machine's disks are the appliance's own files: only their bitmap tells, and it is not believed."""
    desk.protected()
    for verb in BACK:
        desk.do(verb)
    desk.write()
    desk.restart()
    assert desk.web.regions.resync is Resync.REQUIRED
    protecting.ship(desk.service, "web")
    desk.do(Verb.FAIL_BACK)
    cloud, site = (desk.web.hosts[place] for place in (Place.RECOVERY, Place.PRIMARY))
    for disk in ("sda", "sdb"):
        left = desk.service.stores.cloud.read(cloud.files[disk], 0, SIZE_BYTES)
        assert desk.service.stores.site.read(site.files[disk], 0, SIZE_BYTES) == left
    desk.stop()
