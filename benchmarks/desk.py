"""The operator's desk: events of a log followed a second, and a large export audited, in seconds of the processor.

`python -m benchmarks desk`. The log is a lawful history of MACHINES machines as NDJSON: states, commands and time that
passes, read from a file and followed to its end. The export has EXPORT_BYTES of machines in the service's shape, most
of which nobody asks for. Goals: 100,000 events a second; 10 s and bounded memory for 200 MB.
"""

import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from siteproof import __version__
from siteproof.cli.audit import uncollected
from siteproof.conformance.audit.audit import audit
from siteproof.conformance.coverage.events import Do, Event, Head, Passes, line, state_of
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.conformance.exports.pieces import opened_in_pieces
from siteproof.conformance.exports.vault import vault_of
from siteproof.conformance.logs.follow import followed
from siteproof.conformance.logs.reading import logs

EVENTS, MACHINES, SEED = 300_000, 50, 7
EXPORT_BYTES, BALLAST_BYTES = 200_000_000, 6_000
GOAL_EVENTS_PER_SECOND, GOAL_SECONDS = 100_000, 10
ALLOWED = ["UnplannedFailover", "TestFailover", "DisableProtection"]


def history() -> Iterator[Event]:
    """A lawful walk of every machine, in turns."""
    chance, where = random.Random(SEED), lifecycle_map()
    places = dict.fromkeys((f"machine-{number}" for number in range(MACHINES)), 0)
    names = [*places]
    for _ in range(EVENTS // 3):
        name = chance.choice(names)
        moves = [each for each in where.leaving[places[name]] if each.verb is not None] or where.leaving[places[name]]
        move = chance.choice(moves)
        yield Do(move.verb, name) if move.verb is not None else Passes()
        places[name] = move.target
        yield state_of(name, where.states[move.target])
        yield Passes()


def write_log(file: Path) -> int:
    """The log as a file; how many events stand in it."""
    count = 0
    with file.open("w") as out:
        out.write(line(Head(1)))
        for event in history():
            count += 1
            out.write(line(event))
    return count


def write_export(file: Path) -> int:
    """Machines until the file is as large as wanted; how many."""
    count = 0
    with file.open("w") as out:
        out.write('{"value": [')
        while out.tell() < EXPORT_BYTES:
            out.write(("," if count else "") + json.dumps(machine(count)))
            count += 1
        out.write('], "nextLink": null}')
    return count


def machine(number: int) -> dict[str, Any]:
    """A protected machine among fields that nobody asks for."""
    details = {"instanceType": "InMageRcm", "lastRpoInSeconds": number % 300, "lastRpoCalculatedTime": AT}
    agent = {"version": "9.60.1", "latestVersion": "9.60.1", "lastHeartbeatUtc": AT}
    disks = [{"diskId": f"d{each}", "isInitialReplicationComplete": "true"} for each in range(4)]
    inner = {
        **details,
        "mobilityAgentDetails": agent,
        "protectedDisks": disks,
        "nics": ["x" * 100] * (BALLAST_BYTES // 100),
    }
    outer = {"friendlyName": f"vm-{number}", "protectionState": "Protected", "activeLocation": "Primary"}
    shown = {**outer, "allowedOperations": ALLOWED, "testFailoverState": "None", "providerSpecificDetails": inner}
    return {"id": f"/vaults/v/replicationProtectedItems/m-{number}", "name": f"m-{number}", "properties": shown}


AT = "2026-03-14T11:59:00.1234567Z"


def follow(file: Path) -> bool:
    """What `trace check` does with the log, and what `siteproof trace check` prints is left out."""
    (log,) = logs([(file.name, file.read_bytes())], None, 0)
    return followed(log.events, log.profile_of).explained


def read_export(file: Path) -> int:
    """What `audit` does with the export; how many machines it saw."""
    with file.open("rb") as data, uncollected():
        return len(audit(vault_of(opened_in_pieces(data.read, file.name))).scene.vault.machines)


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print both rates beside their goals."""
    print(f"siteproof {__version__} · benchmark desk · seed {SEED} · events={EVENTS} machines={MACHINES}")
    with tempfile.TemporaryDirectory(prefix="siteproof-") as folder:
        log, export = Path(folder, "log.ndjson"), Path(folder, "machines.json")
        count, before = write_log(log), time.process_time()
        explained = follow(log)
        seconds = time.process_time() - before
        print(f"{count:,} events read and followed in {seconds:.2f} s of the processor ({explained=}):")
        print(f"  {count / seconds:,.0f} events/s, goal ≥ {GOAL_EVENTS_PER_SECOND:,}")
        machines, floor, before = write_export(export), _memory_mb(), time.process_time()
        seen = read_export(export)
        seconds = time.process_time() - before
        size = f"{EXPORT_BYTES / 1e6:.0f} MB"
        print(f"{seen:,} of {machines:,} machines in {size} audited in {seconds:.1f} s of the processor,")
        print(f"  goal ≤ {GOAL_SECONDS} s; {_memory_mb() - floor:.0f} MB of memory more than before")


if __name__ == "__main__":
    main()
