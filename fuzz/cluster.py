"""Rounds of a campaign on a cluster of dask.distributed: units go out, and walks come back, whoever carried them out.

Rule: a worker that dies changes nothing: its units are carried out once more. Only a walk that has taken many workers
with it, alone in its unit, is a finding.
"""

import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field, frozen

from siteproof.fuzz.campaign import Rounds
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.crewed import WALK_SECONDS_MAX, lost
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.tally import Walked
from siteproof.fuzz.work_unit import WorkUnit, carry_out, key_of, taken, unit_of
from siteproof.model.nouns.problem import ExitCode, Problem

UNIT_WALKS = 4
TRIES_MAX = 6
"""Of a unit: the scheduler itself gives a unit to several workers before it calls that one try."""
CONNECT_SECONDS = 10.0
SCHEMES = ("tcp", "tls")
PARTS = "distributed"  # the package
HINT = "start one with `dask scheduler` and `dask worker`, or leave out --cluster; what was walked is kept"


@frozen
class _Try:
    """A unit on its way, for the how manieth time."""

    unit: WorkUnit
    number: int = 0


@define
class Cluster:
    """A connection to a scheduler. `submit(bytes, key)` sends a unit, `gather` gives (key, reply or None) as they end.

    None stands for a unit that has taken its workers with it.
    """

    submit: Callable[[bytes, str], None]
    gather: Callable[[], Iterator[tuple[str, bytes | None]]]
    close: Callable[[], None]
    workers: int = 1
    _open: dict[str, _Try] = field(factory=dict)

    def rounds(self, course: WalkCourse) -> Rounds:
        """Rounds of a course."""

        def walks(numbers: Sequence[int], guide: Guide) -> Iterator[Walked]:
            for some in _batches(numbers, max(1, min(UNIT_WALKS, len(numbers) // (2 * self.workers)))):
                self._send(_Try(unit_of(course, some, guide)))
            while self._open:
                for key, reply in self.gather():
                    yield from self._ended(self._open.pop(key), reply)

        return walks

    def _send(self, tried: _Try) -> None:
        data = tried.unit.packed()
        key = f"{key_of(data)}-{tried.number}"
        self._open[key] = tried
        self.submit(data, key)

    def _ended(self, tried: _Try, reply: bytes | None) -> Iterator[Walked]:
        """Its walks; or the unit once more, walk by walk, until one has had all its tries."""
        if reply is not None:
            yield from taken(tried.unit, reply)
        elif tried.number + 1 < TRIES_MAX:
            for number in tried.unit.numbers:
                self._send(_Try(unit_of(tried.unit.course, (number,), tried.unit.guide), tried.number + 1))
        else:
            yield from (
                lost(number, "it took its workers with it, one after the other") for number in tried.unit.numbers
            )


def _batches(numbers: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    left = iter(numbers)
    while some := tuple(itertools.islice(left, size)):
        yield some


def connected(address: str) -> Cluster:
    """The cluster at an address; Problem when the package, the scheduler or its workers are not there."""
    try:
        import distributed  # noqa: PLC0415  (an extra)
    except ImportError as error:
        hint = "pip install 'siteproof[cluster]'"
        raise Problem("--cluster needs a package that is not installed", f"no {PARTS}", hint) from error
    try:
        _knock(address)
        open_client: Any = distributed.Client
        client = open_client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        workers = _workers(client)
    except (OSError, TimeoutError, ValueError) as error:
        said = str(error) or type(error).__name__
        raise Problem(f"there is no cluster at {address}", said, HINT, ExitCode.CANNOT_JUDGE) from error
    return of_client(client, workers)


def _knock(address: str) -> None:
    """OSError or ValueError when nobody listens there; a client that finds nobody would try for long."""
    there = urlsplit(address)
    if there.scheme not in SCHEMES or not there.hostname or not there.port:
        raise ValueError(f"an address is one of {', '.join(f'{each}://host:port' for each in SCHEMES)}")
    socket.create_connection((there.hostname, there.port), CONNECT_SECONDS).close()


def of_client(client: Any, workers: int = 1) -> Cluster:
    """The cluster that a client of dask.distributed speaks to."""
    import distributed  # noqa: PLC0415  (an extra)

    as_completed: Any = distributed.as_completed
    futures: dict[str, Any] = {}

    def submit(data: bytes, key: str) -> None:
        futures[key] = client.submit(carry_out, data, key=key)

    def gather() -> Iterator[tuple[str, bytes | None]]:
        done = as_completed(list(futures.values()), loop=client.loop, timeout=WALK_SECONDS_MAX * UNIT_WALKS)
        try:
            for future in done:
                del futures[future.key]
                error = future.exception() if future.status == "error" else None
                if error is not None and not isinstance(error, distributed.KilledWorker):
                    raise error
                yield future.key, None if error is not None or future.cancelled() else future.result()
        except (OSError, TimeoutError) as gone:
            said = str(gone) or type(gone).__name__
            raise Problem("the cluster is gone", said, HINT, ExitCode.CANNOT_JUDGE) from gone

    def close() -> None:
        with contextlib.suppress(OSError, TimeoutError):
            client.close()

    return Cluster(submit, gather, close, workers)


def _workers(client: Any) -> int:
    """How many threads work there; TimeoutError when nobody does."""
    client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    known: Mapping[str, int] = client.nthreads()
    return sum(known.values())
