"""QEMU behind the NDJSON carrier: the same answers, the guide's own exchange, and nothing left when it is let go."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siteproof.conformance import wire
from siteproof.conformance.adapters.qemu.process import PROGRAM
from siteproof.conformance.carriers.stdio import Stdio
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import Stamp
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Unsupported, Write
from siteproof.model.nouns.vocabulary import Verb

GUIDE = Path(__file__).parents[2] / "docs" / "adapters.md"
SERVE = ("-m", "siteproof", "adapter", "serve", "siteproof.conformance.adapters.qemu.adapter:make_subject")
GONE_SECONDS_MAX = 20.0
RUNS_DIFFER = re.compile(r'siteproof-qemu-[^/"]*|/[^"]*(?=/siteproof-qemu)')


@pytest.fixture
def carried(qemu: object) -> Iterator[Stdio]:
    """The subject in a process of its own."""
    del qemu  # only for its skip
    carrier = Stdio(" ".join((sys.executable, *SERVE)))
    yield carrier
    carrier.close()


def exchange() -> list[tuple[str, str]]:
    """The requests and replies of the guide, in order."""
    lines = [line for line in GUIDE.read_text().splitlines() if line.startswith('{"id"')]
    return list(zip(lines[::2], lines[1::2], strict=True))


def test_the_life_is_the_same_over_a_pipe(carried: Stdio) -> None:
    """Writes, a point, a failover and the bytes of both arrive through NDJSON as they do without it."""
    carried.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 64),)),)))
    carried.write(DiskAddress("vm", "d"), (Write(5, 1),))
    carried.do(Command(Verb.ENABLE, "vm"))
    carried.settle()
    point = carried.observe("vm").points[0].name
    image = Path(carried.restore("vm", point)[0].location).read_bytes()
    assert image[5 * 4096 : 6 * 4096] == Stamp(0, 0, 5, 1).to_bytes()
    carried.do(Command(Verb.FAIL_OVER, "vm"))
    assert Path(carried.read(DiskAddress("vm", "d")).location).read_bytes() == image
    with pytest.raises(Unsupported):
        carried.fault(Fault(FaultKind.LOG_CORRUPT, "vm"))
    with pytest.raises(Refused):
        carried.restore("vm", "no-such-point")


def test_letting_the_adapter_go_ends_its_daemons(carried: Stdio) -> None:
    """When the judge kills the adapter's process, its daemons end too."""
    carried.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 64),)),)))
    folder = Path(carried.read(DiskAddress("vm", "d")).location).parent
    assert daemons_in(folder) == 2  # one per site
    carried.abandon()
    end = time.monotonic() + GONE_SECONDS_MAX
    while daemons_in(folder) and time.monotonic() < end:
        time.sleep(0.01)
    assert daemons_in(folder) == 0


def daemons_in(folder: Path) -> int:
    """How many storage daemons work in that folder."""
    found = 0
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes()
        except OSError:  # it has just ended
            continue
        found += PROGRAM.encode() in words.split(b"\0")[0] and str(folder).encode() in words
    return found


def test_the_guides_lines_are_of_the_contract() -> None:
    """Every request and every reply of the guide is what the wire form says."""
    for request, reply in exchange():
        call = wire.decode_call(request.encode())
        assert wire.decode_reply(reply.encode(), call.operation.name).id == call.id


@pytest.mark.usefixtures("qemu")
def test_the_guides_exchange_takes_place() -> None:
    """The guide's requests, sent to the adapter, bring the guide's replies, except for the folder's name."""
    requests = "".join(f"{request}\n" for request, _ in exchange())
    done = subprocess.run(
        [sys.executable, *SERVE], input=requests, capture_output=True, text=True, timeout=60, check=False
    )
    assert list(map(parsed, done.stdout.splitlines())) == [parsed(reply) for _, reply in exchange()]
    assert done.returncode == 0


def parsed(line: str) -> Any:
    """A reply without what no two runs share."""
    return json.loads(RUNS_DIFFER.sub("", line))
