"""What a failover loses: where the old side differs from the point that the new one was made from (domain §7, B15).

Maintainers keep: nothing is believed but bytes: both images are read, and what is listed is exactly what differs. The
old side keeps its disks until a reprotect; the list is for before that.
"""

from collections.abc import Callable, Iterator

import numpy as np
from attrs import frozen

from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Place
from siteproof.reference.datapath.blocks import plain_runs, rows_of
from siteproof.reference.datapath.points import PointView
from siteproof.reference.datapath.tracker import SourceDisk
from siteproof.reference.host import Host
from siteproof.reference.machine import Machine

SPAN_BLOCKS = 1024


@frozen
class LostRun:
    """Consecutive blocks of the old side that the new side does not have."""

    disk: str
    first_block: int
    blocks: int


def losses(machine: Machine) -> list[LostRun]:
    """Every run of blocks in which the old side differs, disk by disk; Problem when there are not two sides."""
    host = _old_side(machine)
    assert machine.stream is not None
    machine.stream.service.recover()
    found: list[LostRun] = []
    for name, replica in machine.stream.service.replicas.items():
        with replica.open_point(machine.using) as view:
            blocks = [block for part in _differing(host.disk(name), view) for block in part]
        found += [LostRun(name, first, count) for first, count in plain_runs(np.array(blocks, np.int64))]
    return found


def _old_side(machine: Machine) -> Host:
    host = machine.hosts.get(Place.PRIMARY)
    there = machine.forward and machine.active_place is Place.RECOVERY and machine.stream is not None
    if not there or host is None or not host.disks or machine.using not in {point.name for point in machine.points}:
        cause = "only a failed-over machine whose old disks and whose point are there has two sides"
        raise Problem(f"{machine.name!r} has nothing to compare", cause, "look before a reprotect")
    return host


def _differing(disk: SourceDisk, view: PointView) -> Iterator[list[int]]:
    """Numbers of blocks that differ; what only one side has counts when it is not zeros."""
    held, shown = disk.blocks, -(-view.size_bytes // BLOCK_BYTES)
    for first in range(0, max(held, shown), SPAN_BLOCKS):
        count = min(SPAN_BLOCKS, max(held, shown) - first)
        ours = _span(disk.read, first, count, held)
        theirs = _span(view.read, first, count, shown)
        if ours != theirs:
            yield (first + np.flatnonzero((rows_of(ours) != rows_of(theirs)).any(axis=1))).tolist()


def _span(read: Callable[[int, int], bytes], first: int, count: int, size: int) -> bytes:
    there = max(0, min(count, size - first))
    return (read(first, there) if there else b"").ljust(count * BLOCK_BYTES, b"\0")
