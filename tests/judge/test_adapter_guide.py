"""docs/adapters.md: whoever follows the guide meets the contract, and every field of it is explained there."""

import hashlib
import json
import re
import struct
from pathlib import Path

import pytest
from attrs import fields

from siteproof.conformance import wire
from siteproof.conformance.carriers.target import TargetKind
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import CONTRACT_VERSION, Description, Provider, Write

GUIDE = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text()
NUMBERS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen")


def test_the_guide_counts_the_calls() -> None:
    """The guide names every call of the contract in its table, and says how many it needs."""
    table = GUIDE.split("## The calls", 1)[1].split("## ", 1)[0]
    named = set(re.findall(r"^\| `(\w+)", table, re.MULTILINE)) | set(re.findall(r", `(\w+)`", table))
    assert set(wire.OPERATIONS) <= named
    assert f"It answers {NUMBERS[len(set(wire.OPERATIONS) - wire.OPTIONAL) - 10]} calls" in GUIDE


@pytest.mark.parametrize("noun", [Description, Scenario, MachineSpec, DiskSpec, Write, ReplicationPolicy])
def test_the_guide_explains_every_field(noun: type) -> None:
    """No field that an adapter meets in describe, reset or write is left out."""
    assert [each.name for each in fields(noun) if f"`{each.name}`" not in GUIDE] == []


def test_the_describe_exchange_is_of_the_contract() -> None:
    """The example of describe is a request and a reply that the judge takes."""
    request, reply = re.findall(r'^\{ "id".*?\}$', GUIDE.split("## Who you are", 1)[1], re.MULTILINE | re.DOTALL)[:2]
    assert wire.decode_call(request.encode()).operation.name == "describe"
    said = wire.decode_reply(reply.encode(), "describe", 1).value
    assert isinstance(said, Description)
    assert said.contract == CONTRACT_VERSION
    assert set(said.capabilities.values()) == set(Provider)
    assert set(json.loads(reply)["ok"]) <= {each.name for each in fields(Description)}


def test_the_stamp_can_be_made_from_the_guide_alone() -> None:
    """The table of the header, packed by hand, gives the bytes that the judge expects, and the printed header."""
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (.+) \|$", GUIDE, re.MULTILINE)
    values = {"`SPSTAMP1`": b"SPSTAMP1", "`seed`": 3, "`machine_index`": 1, "`disk_index`": 2, "`block`": 7}
    values |= {"`sequence`": 300, "`time_ms`": 9, "`noise`": 100, "zero": 0}
    head = b""
    for offset, size, what in rows[:-1]:
        assert int(offset) == len(head)
        value = values[what]
        head += value if isinstance(value, bytes) else struct.pack({"4": "<I", "8": "<Q"}[size], value)
    head += hashlib.blake2b(head, digest_size=8).digest()
    block = head + hashlib.shake_128(head).digest(100)
    block += bytes([300 % 255 + 1]) * (BLOCK_BYTES - len(block))
    assert block == Stamp(1, 2, 7, 300, 9, 3, 100).to_bytes()
    assert f"`{Stamp(0, 0, 7, 1).header().hex()}`" in GUIDE


def test_the_guide_names_every_way_to_reach_an_adapter() -> None:
    """Each kind of target stands in the guide as the option that names it."""
    assert [kind for kind in TargetKind if f"siteproof conform --{kind.value} " not in GUIDE] == []
