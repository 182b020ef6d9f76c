"""Byte targets of everything that is text: messages, logs, walks, policies, plans, exports, requests of a service.

Rule: reading what writing made gives the same; whatever else comes is a value or one of the errors that are named.
"""

import io
from collections.abc import Mapping
from typing import Any

import msgspec

from siteproof.conformance import wire
from siteproof.conformance.coverage.events import Do, Head, line
from siteproof.conformance.coverage.record import read as read_history
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.plans import plan_of
from siteproof.conformance.exports.policies import settings_of_policy
from siteproof.conformance.exports.vault import vault_of
from siteproof.fuzz.actions import WalkRecord, read_record
from siteproof.fuzz.bytes.target import ByteTarget, must, named
from siteproof.fuzz.canary import WALK
from siteproof.fuzz.scenes import PLAIN
from siteproof.model.advice.policy.request import parse_policy
from siteproof.model.advice.recovery_plan.reading import parse_plan
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.service.control import answer
from siteproof.reference.service.nbd import MAGIC, OPTION_MAGIC, REQUEST_MAGIC, NbdConnection
from siteproof.reference.service.verbs import VERBS

CALLS = (
    wire.encode_call(3, "advance", (60_000,)),
    wire.encode_call(4, "fault", (Fault(FaultKind.CLOCK_JUMP, "vm1", "", 5),)),
    wire.encode_call(5, "write", (DiskAddress("vm1", "disk0"), (Write(3, 1),))),
)
SIZE = 1 << 16


def _call(data: bytes) -> None:
    found = wire.decode_call(data)
    again = wire.decode_call(wire.encode_call(found.id, found.operation.name, found.arguments))
    must((again.id, again.operation, again.arguments) == (found.id, found.operation, found.arguments),
         "a message is another one when it is written again")  # fmt: skip


def _reply(data: bytes) -> None:
    for op in ("observe", "do", "restore", "describe"):
        named(lambda each, op=op: wire.decode_reply(each, op), wire.WireError)(data)  # type: ignore[misc]


def _walk(data: bytes) -> None:
    found = read_record(data, "walk")
    must(read_record(found.to_json(), "walk") == found, "a walk is another one when it is written again")


def _log(data: bytes) -> None:
    read_history(data, "log")


def _export(data: bytes) -> None:
    vault = vault_of([opened(data, "export")])
    for plan in vault.plans:
        plan_of(plan)
    for policy in vault.policies:
        settings_of_policy(policy, vault.provider(policy))


def _body(data: bytes) -> None:
    """A request of the control API up to its typed arguments; the service itself is not asked."""
    said = answer(_typed, data)
    must(len(said) == 1 and set(said) <= {"answer", "refused", "problem"}, "an answer of another shape")
    defect = "problem" in said and said["problem"][3] == ExitCode.OUR_BUG
    must(not defect, f"a request meets a defect: {said}")


def _typed(verb: str, arguments: Mapping[str, Any]) -> str:
    if verb not in VERBS:
        raise Problem("there is no such verb", verb[:80], "none")
    try:
        msgspec.convert(dict(arguments), VERBS[verb][0], strict=True)
    except msgspec.ValidationError as error:
        raise Problem("the arguments do not fit", str(error), "none") from error
    return "fits"


class _Disk:
    """A disk in memory that holds every request to its size."""

    size_bytes = SIZE
    read_only = False

    def __init__(self) -> None:
        self.bytes = bytearray(SIZE)

    def read(self, offset: int, length: int) -> bytes:
        return bytes(self.bytes[self._within(offset, length)])

    def write(self, offset: int, data: bytes) -> None:
        self.bytes[self._within(offset, len(data))] = data

    def zero(self, offset: int, length: int) -> None:
        self.bytes[self._within(offset, length)] = bytes(length)

    def flush(self) -> None:
        """Nothing is cached."""

    @staticmethod
    def _within(offset: int, length: int) -> slice:
        must(0 <= offset <= offset + length <= SIZE, "a device was asked beyond its end")
        return slice(offset, offset + length)


def _nbd(data: bytes) -> None:
    disk, sink = _Disk(), io.BytesIO()
    NbdConnection(io.BytesIO(data), sink, lambda: {"web": lambda: disk}).run()
    must(sink.getvalue()[:8] == MAGIC.to_bytes(8, "big"), "a client was not greeted")
    must(len(disk.bytes) == SIZE, "a request has changed the size of a device")
    must(len(sink.getvalue()) <= (1 + len(data)) * (SIZE + 4096), "an answer without a bound")


def _nbd_seed() -> bytes:
    export = OPTION_MAGIC.to_bytes(8, "big") + (1).to_bytes(4, "big") + (3).to_bytes(4, "big") + b"web"
    asked = [
        (1, 0, 8, b"x" * 8),
        (0, 0, 8, b""),
        (6, 4096, 4096, b""),
        (4, 0, 512, b""),
        (3, 0, 0, b""),
        (2, 0, 0, b""),
    ]
    requests = (
        REQUEST_MAGIC.to_bytes(4, "big") + bytes(2) + kind.to_bytes(2, "big") + (7).to_bytes(8, "big")
        + offset.to_bytes(8, "big") + length.to_bytes(4, "big") + data
        for kind, offset, length, data in asked
    )  # fmt: skip
    return (3).to_bytes(4, "big") + export + b"".join(requests)


RECORD = WalkRecord("python:a:b", PLAIN, WALK, 3, 4, "this", "that", rule="SP-RES-24", why="because").to_json()
LOG = (line(Head(1, "a test")) + line(Do(Verb.ENABLE, "vm1", ""))).encode()
POLICY = b'retention = "24h"\napp_consistent_every = "4h"\nrpo_threshold = "30m"\n'
PLAN = b'name = "shop"\nrto = "2h"\n[[group]]\nname = "data"\n[[group.machine]]\nname = "db"\nboot = "4m"\n'
EXPORT = (
    b'{"value":[{"id":"/a/replicationPolicies/p","name":"p","type":"T/replicationPolicies","properties":'
    b'{"providerSpecificDetails":{"instanceType":"InMageRcm","recoveryPointHistoryInMinutes":1440}}},'
    b'{"id":"/a/replicationRecoveryPlans/r","name":"r","properties":{"groups":[{"groupType":"Boot",'
    b'"replicationProtectedItems":[{"id":"/a/x"}],"startGroupActions":[],"endGroupActions":[]}]}}]}'
)
BODIES = tuple(msgspec.json.encode({"verb": verb, "arguments": {"machine": "web"}}) for verb in list(VERBS)[:12])

TARGETS = (
    ByteTarget("message", "decode ∘ encode = id; else WireError", named(_call, wire.WireError), CALLS),
    ByteTarget("reply", "a value of the type that was asked for; else WireError", _reply,
               (wire.encode_value(3, None), b'{"id":1,"value":{"job":"j"}}')),
    ByteTarget("trace log", "a history; else a Problem", named(_log, Problem), (LOG,)),
    ByteTarget("walk", "read ∘ write = id; else a Problem", named(_walk, Problem), (RECORD,)),
    ByteTarget("policy", "a request; else a Problem", named(lambda data: parse_policy(data, "f"), Problem), (POLICY,)),
    ByteTarget("plan", "a plan; else a Problem", named(lambda data: parse_plan(data, "f"), Problem), (PLAN,)),
    ByteTarget("export", "documents; else a Problem", named(_export, Problem), (EXPORT,)),
    ByteTarget("request", "an answer of one shape, and no defect", _body, BODIES),
    ByteTarget("NBD", "in range, bounded, to the end of the connection", _nbd, (_nbd_seed(),)),
)  # fmt: skip
