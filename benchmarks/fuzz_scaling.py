"""What more workers bring: processes beside busy loops, a cluster beside none, killed workers, a thousand of them.

Rule: every figure is a ratio of one run. What a thousand workers would do is computed from measured parts, and says so.
"""

import heapq
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.judge import loops, seconds
from siteproof.cli.scratch import scratch
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.fuzz.campaign import Budget, Campaign
from siteproof.fuzz.canary import FORGETFUL, HONEST
from siteproof.fuzz.cluster import UNIT_WALKS, connected
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.identity import identity
from siteproof.fuzz.store import CampaignStore
from siteproof.fuzz.work_unit import key_of, unit_of

EXECUTIONS = 96
UNITS = 8
KILL_SECONDS = 5.0
WORKERS = (1, 4, 16, 64, 256, 1_000)
ROUNDS = (16, 256, 4_096)


def campaign(workers: int, executions: int = EXECUTIONS) -> None:
    """The whole command in so many processes."""
    with tempfile.TemporaryDirectory(prefix="siteproof-bench-") as out:
        words = ["fuzz", "--executions", str(executions), "--steps", "25", "--round", "32", "--workers", str(workers)]
        subprocess.run([sys.executable, "-m", "siteproof", *words, "--out", out], check=True, capture_output=True)


def processes() -> None:
    """Two workers beside two busy loops; the start of the command is measured and taken off."""
    ideal = 2 * seconds(lambda: loops(1)) / seconds(lambda: loops(2))
    start = seconds(partial(campaign, 1, 1))
    one, two, four = (seconds(partial(campaign, workers)) - start for workers in (1, 2, 4))
    said = f"two {one / two:.2f} times, four {one / four:.2f} times; two busy loops {ideal:.2f}"
    print(f"workers of one machine         {said}: {one / two / ideal:.2f} of them   goal ≥ 0.9")


def _busy(duration: float) -> float:
    """A work unit that computes for so many processor seconds; how long it took by the clock."""
    began, end = time.monotonic(), time.thread_time() + duration
    while time.thread_time() < end:
        sum(range(10_000))
    return time.monotonic() - began


def cluster_overhead(client: Any) -> float:
    """What a cluster of one worker adds to units of one second: its time beside the units' own."""
    here = next(iter(client.scheduler_info(n_workers=-1)["workers"]))  # one of them: what waits does not count
    client.submit(_busy, 0.01, key="warm", workers=[here]).result()
    began = time.monotonic()
    futures = [client.submit(_busy, 1.0, key=f"busy-{number}", workers=[here]) for number in range(UNITS)]
    own = sum(client.gather(futures))
    return float((time.monotonic() - began) / own - 1)


def packing_seconds() -> float:
    """What the campaign itself does for one unit before it is sent: the part that no worker takes off it."""
    course = WalkCourse(SubjectAddress(TargetKind.PYTHON, HONEST), 1, 40)
    began = time.process_time()
    for number in range(200):
        key_of(unit_of(course, tuple(range(number, number + UNIT_WALKS)), Guide()).packed())
    return (time.process_time() - began) / 200


def said(rounds: Any = None, executions: int = 48) -> tuple[object, ...]:
    """What a campaign on a wrong appliance comes to, without a clock."""
    course = WalkCourse(SubjectAddress(TargetKind.PYTHON, FORGETFUL), 7, 25)
    with tempfile.TemporaryDirectory(prefix="siteproof-bench-") as folder:
        store = CampaignStore.created(Path(folder) / "store", identity(course))
        outcome = Campaign(course, Budget(executions=executions, failures=100), store, rounds=rounds).run()
        store.close()
    tally = outcome.tally
    groups = tuple((each.fingerprint, each.record.to_json(), each.executions) for each in tally.groups.values())
    return tally.executions, tally.steps, tuple(sorted(map(str, tally.cells))), groups


def killed_workers(there: Any) -> tuple[bool, int]:
    """Whether a campaign whose workers are killed comes to what one process comes to; and how many were killed."""
    over, killed = threading.Event(), list[int]()

    def kill() -> None:
        while not over.wait(KILL_SECONDS):
            pids = [nanny.pid for nanny in there.workers.values() if nanny.pid]
            if pids:
                os.kill(pids[len(killed) % len(pids)], signal.SIGKILL)
                killed.append(1)

    alone = said()
    killer = threading.Thread(target=kill)
    opened = connected(there.scheduler_address)
    killer.start()
    try:
        course = WalkCourse(SubjectAddress(TargetKind.PYTHON, FORGETFUL), 7, 25)
        many = said(opened.rounds(course))
    finally:
        over.set()
        killer.join()
        opened.close()
    return many == alone, len(killed)


def clusters() -> None:
    """Two real workers on loopback."""
    import distributed  # noqa: PLC0415  (an extra)

    local: Any = distributed.LocalCluster
    with scratch(), local(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as there:
        client: Any = distributed.Client(there)  # type: ignore[no-untyped-call]
        said = f"{cluster_overhead(client):12.1%} more than the units alone"
        print(f"cluster, units of one second   {said}   goal ≤ 10 %", flush=True)
        client.close()
        same, killed = killed_workers(there)
        print(f"a worker killed every 5 s      {killed} killed, results {'the same to the byte' if same else 'DIFFER'}")


def efficiency(workers: int, round_walks: int, *, walk: float, send: float, take: float) -> float:
    """How much of its workers' time a campaign uses, by its parts: units are sent and taken one by one, rounds end.

    `walk` is the mean time of a walk, of which single ones take up to eight times as much; `send` is what a unit costs
    the campaign, `take` what a walk costs it in the tally.
    """
    dice = random.Random(workers * 31 + round_walks)
    size = max(1, min(UNIT_WALKS, round_walks // (2 * workers)))
    free, now, busy = [0.0] * workers, 0.0, 0.0
    for first in range(0, round_walks, size):
        now += send
        length = sum(walk * min(8.0, dice.expovariate(1.0)) for _ in range(min(size, round_walks - first)))
        began = max(now, heapq.heappop(free))
        heapq.heappush(free, began + length)
        busy += length
    end = max(*free, now) + take * round_walks
    return busy / (workers * end)


def simulated() -> None:
    """The share of workers' time that is used, by rounds and workers."""
    walk, send, take = 0.25, packing_seconds() + 0.001, 0.0004
    parts = f"a walk {walk} s, a unit sent {send * 1e3:.1f} ms, a walk taken {take * 1e3:.1f} ms"
    print(f"simulated scheduler: {parts}; share of the workers' time that is used")
    print(f"  {'workers':>10}{''.join(f'{count:>8}' for count in WORKERS)}")
    for walks in ROUNDS:
        row = (efficiency(count, walks, walk=walk, send=send, take=take) for count in WORKERS)
        print(f"  round {walks:>4}{''.join(f'{each:>8.0%}' for each in row)}")
