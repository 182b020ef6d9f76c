"""What an operator asks of a service beyond the lifecycle: protect an image, ship, take, verify and export points.

Maintainers keep: bad input is one Problem and changes nothing; an owner's image is only ever read here.
"""

import string
from collections.abc import Sequence
from pathlib import Path

from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Resync, Verb
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.datapath.points import PointView
from siteproof.reference.host import Host
from siteproof.reference.link import Link
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.service.service import Service

NAME_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
NAME_MAX = 64
DISKS_MAX = 16


def protect(
    service: Service, name: str, images: Sequence[str], policy: ReplicationPolicy | None = None, group: str = ""
) -> str:
    """Protect a machine whose disks are these raw images, where they stand; returns the job's name.

    With a `group` it becomes a member of that replication group, which shares points and moves as one.
    """
    _check_name(service, name)
    if group:
        check_word("group", group)
    policy = policy or service.appliance.policy
    check_policy(policy)
    paths = [_image(service, image) for image in images]
    if not 0 < len(paths) <= DISKS_MAX or len(set(paths)) < len(paths):
        raise Problem(f"{len(paths)} images", f"a machine has 1 to {DISKS_MAX} different disks", "name each image once")
    names = [f"sd{letter}" for letter in string.ascii_lowercase[: len(paths)]]
    disks = tuple(_spec(disk, path) for disk, path in zip(names, paths, strict=True))
    files = {disk: f"machines/{name}/{disk}.raw" for disk in names}
    mapping = {files[disk]: str(path) for disk, path in zip(names, paths, strict=True)}
    for file, path in mapping.items():
        service.stores.site.adopt(file, path)
    host = Host.opened(service.stores.site, files)
    machine = Machine(MachineSpec(name, disks), policy, Link(), {Place.PRIMARY: host})
    service.vault.add(machine, mapping)
    try:
        return service.do(Command(Verb.ENABLE, name, policy=policy, group=group))
    except Refused:  # its group is full, or away: then nobody has heard of the machine
        service.vault.remove(machine)
        raise


def forget(service: Service, name: str) -> None:
    """Forget a machine that is not protected any more; its owner's images stay."""
    machine = service.machine(name)
    if machine.regions.protection is not Protection.UNPROTECTED:
        state = machine.regions.protection.value
        raise Problem(f"{name!r} is {state}", "only an unprotected machine is forgotten", "disable it first")
    service.vault.remove(machine)


def set_policy(service: Service, name: str, policy: ReplicationPolicy) -> ReplicationPolicy:
    """Give a machine another policy; what it keeps no longer goes with the next point."""
    machine = service.machine(name)
    former, machine.policy = machine.policy, check_policy(policy)
    try:
        service.vault.keep(machine)
    except StoreFailed:
        machine.policy = former
        raise
    return policy


def ship(service: Service, name: str) -> int:
    """Bring the other side up to date, by comparison when no bitmap can be believed; returns the bytes that left."""
    machine = service.machine(name)
    service.now()
    if not machine.replicating:
        state = machine.regions.protection.value
        raise Problem(f"{name!r} does not replicate", f"it is {state}", f"siteproof machine show {name}")
    before = machine.link.bytes_sent
    if machine.regions.resync in {Resync.REQUIRED, Resync.FAILED}:
        service.do(Command(Verb.RESYNCHRONIZE, name))
    service.settle()
    if not machine.trusted:
        raise _unfinished(service, machine, "the two sides could not be compared")
    if machine.failing:
        raise _unfinished(service, machine, "not everything arrived")
    return machine.link.bytes_sent - before


def take_point(service: Service, name: str, consistency: Consistency) -> StoredPoint:
    """Ship what is dirty and make a recovery point of it."""
    ship(service, name)
    machine = service.machine(name)
    point = service.appliance.replicator.take_point(machine, consistency)
    if point is None:
        raise _unfinished(service, machine, "no point could be taken")
    service.appliance.replicator.prune(machine)
    service.keep()
    return point


def verify(service: Service, name: str, point: str) -> int:
    """Read the point on every disk, each block against its checksum; returns how many blocks are not zeros."""
    blocks = 0
    for disk in service.machine(name).spec.disks:
        with _view(service, name, point, disk.name) as view:
            try:
                blocks += view.verify()
            except CorruptLog as damage:
                raise _damaged(point, damage) from damage
    return blocks


def export(service: Service, name: str, point: str, target: Path, disk: str = "") -> int:
    """Write a disk at a point to a new raw file, byte for byte; returns its size in bytes."""
    disks = [each.name for each in service.machine(name).spec.disks]
    if disk not in disks and (disk or len(disks) > 1):
        raise Problem(f"which disk of {name!r}?", f"it has {', '.join(disks)}", "name one with --disk")
    if target.exists() or target.is_symlink():
        raise Problem(f"{str(target)!r} exists", "an export never overwrites", "name a new file")
    folder = FolderExecutor(target.parent)
    try:
        with _view(service, name, point, disk or disks[0]) as view:
            view.materialise(folder, target.name)
            return view.size_bytes
    except (StoreFailed, CorruptLog) as failure:
        target.unlink(missing_ok=True)
        raise (_damaged(point, failure) if isinstance(failure, CorruptLog) else failure) from failure
    finally:
        folder.close()


def _view(service: Service, name: str, point: str, disk: str) -> PointView:
    machine = service.machine(name)
    if machine.stream is None or point not in {each.name for each in machine.listed}:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, f"{name} has no point {point!r}")
    replicas = machine.stream.service.replicas
    machine.stream.service.recover()
    if disk not in replicas:
        raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, f"disk {disk} is not replicated")
    return replicas[disk].open_point(point)


def force_disable(service: Service, name: str) -> str:
    """End the protection of a machine whose source is gone for ever; its points go, too. Returns the job's name."""
    machine = service.machine(name)
    service.now()
    there = [path for path in service.vault.images.get(name, {}).values() if Path(path).exists()]
    machine.site_up = bool(there)
    job = service.appliance.administration.do(AdminCommand(AdminVerb.FORCE_DISABLE, name)).job
    service.keep()
    return job


def check_word(what: str, name: str) -> None:
    """A name that may stand in paths, tables and logs; Problem otherwise."""
    if not 0 < len(name) <= NAME_MAX or not set(name) <= NAME_CHARACTERS or name[0] in ".-":
        cause = f"1 to {NAME_MAX} letters, digits, dots, dashes and underscores"
        raise Problem(f"unusable {what} name {name!r}", cause, "choose another one")


def _check_name(service: Service, name: str) -> None:
    check_word("machine", name)
    if name in service.vault.machines:
        raise Problem(f"there is a machine {name!r} already", "names are unique", "siteproof machine list")


def _image(service: Service, image: str) -> Path:
    path = Path(image).absolute()
    try:
        path = path.resolve(strict=True)
        found = path.stat()
    except OSError as error:
        raise Problem(f"no image at {image!r}", error.strerror or "unreadable", "name a raw image file") from error
    if not path.is_file() or found.st_size == 0:
        raise Problem(f"{image!r} is no image", "a raw image is a regular file that is not empty", "name another file")
    taken = {each for images in service.vault.images.values() for each in images.values()}
    if str(path) in taken:
        raise Problem(f"{image!r} is protected already", "one machine per image", "siteproof machine list")
    return path


def _spec(disk: str, path: Path) -> DiskSpec:
    return DiskSpec(disk, -(-path.stat().st_size // BLOCK_BYTES), str(path))


def _unfinished(service: Service, machine: Machine, what: str) -> Problem:
    told = service.vault.events(machine)
    cause = f"{told[-1].code.value}: {told[-1].detail}" if told else "see its events"
    return Problem(what, cause, f"siteproof event list --machine {machine.name}", ExitCode.CANNOT_JUDGE)


def _damaged(point: str, damage: CorruptLog) -> Problem:
    hint = "choose another point; a comparison mends the newest state"
    return Problem(f"point {point!r} is damaged", str(damage), hint, ExitCode.VIOLATION)
