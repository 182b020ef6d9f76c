"""The NDJSON form of the contract: what is sent comes back the same, what is wrong is named, the schema says both."""

import contextlib
import inspect
import json
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from siteproof.conformance import wire
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.carriers.serving import serve
from siteproof.conformance.wire import CallError, ErrorKind, Reply, WireError
from siteproof.model.nouns.administration import AdminCommand, Administering, AdminVerb
from siteproof.model.nouns.appliances import (
    ApplianceComponent,
    ApplianceEvent,
    ApplianceView,
    ComponentView,
    Condition,
    Readings,
    Serving,
)
from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.frames import TappedFrame, Tapping
from siteproof.model.nouns.groups import GroupCommand, Grouping, SharedSelection
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.plans import (
    PlanCommand,
    Planning,
    PlanObservation,
    PlanRun,
    SavedGroup,
    SavedPlan,
    SavedStep,
    SavedStepKind,
    StepOutcome,
    StepView,
)
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import (
    Arranging,
    Description,
    DiskAddress,
    During,
    Fault,
    FaultKind,
    Image,
    ImageKind,
    Subject,
    Unsupported,
    Write,
)
from siteproof.model.nouns.vocabulary import Consistency, Verb
from tests.judge.adapters.tiny import Tiny

SCHEMA = Path(wire.__file__).with_name("contract.schema.json")
SCENARIO = Scenario((MachineSpec("vm1", (DiskSpec("disk0", 16),)),))
PLAN = SavedPlan("shop", (SavedGroup(("vm1",), (SavedStep("names", SavedStepKind.SCRIPT, runs=(PlanRun.TEST,)),)),))
CALLS: dict[str, tuple[Any, ...]] = {
    "advance": (1500,),
    "arrange": (
        (
            During("vm1", after_bytes=4096, fault=Fault(FaultKind.LINK_DOWN, "vm1")),
            During("vm1", after_ms=5, address=DiskAddress("vm1", "disk0"), writes=(Write(1, 2),)),
        ),
    ),
    "close": (),
    "describe": (),
    "discard": (DiskAddress("vm1", "disk0"), 3, 2),
    "do_group": (GroupCommand(Verb.FAIL_OVER, "web", SharedSelection.CUSTOM, "point-1", shutdown=False),),
    "administer": (AdminCommand(AdminVerb.EDIT_POLICY, "vm1", ReplicationPolicy(60)),),
    "observe_appliances": (),
    "tap": ("vm1",),
    "inject": ("vm1", "disk0", b"\0\xff"),
    "appliance_event": (ApplianceEvent("appliance-1", dead=True, readings=Readings(cpu_percent=96)),),
    "save_plan": (PLAN,),
    "run_plan": (PlanCommand("shop", PlanRun.TEST),),
    "answer_prompt": ("shop",),
    "observe_plan": ("shop",),
    "do": (Command(Verb.ENABLE, "vm1", policy=ReplicationPolicy(60)),),
    "fault": (Fault(FaultKind.LINK_DOWN, "vm1"),),
    "flush": (DiskAddress("vm1", "disk0"),),
    "observe": ("vm1",),
    "read": (DiskAddress("vm1", "disk0"),),
    "reset": (SCENARIO,),
    "restore": ("vm1", "point-1"),
    "settle": (),
    "write": (DiskAddress("vm1", "disk0"), (Write(1, 2), Write(3, 0, data=bytes(range(256)) * 16))),
}
POINT = RecoveryPoint("point-1", Consistency.CRASH, 5, 1)
ANSWERS: dict[str, Any] = {
    "describe": Description("name", "1", {}),
    "observe": Observation("vm1", 7, Regions(), (Verb.ENABLE,), points=(POINT,), rpo_ms=3),
    "read": Image("disk0", ImageKind.INLINE, data=b"\0\xff"),
    "restore": (Image("disk0", ImageKind.PATH, location="a/path"),),
    "do": Accepted("job-1"),
    "administer": Refusal(ErrorCode.POLICY_INVALID, "retention"),
    "tap": (TappedFrame("disk0", b"\0\xff", "key-1", b"\x01"),),
    "inject": False,
    "observe_appliances": (
        ApplianceView("appliance-1", (ComponentView(ApplianceComponent.PROXY, "9.1", Condition.DEAD),), ("vm1",)),
    ),
    "save_plan": Refusal(ErrorCode.OPERATION_NOT_ALLOWED, "no group"),
    "run_plan": Accepted("job-2"),
    "answer_prompt": Accepted("job-2"),
    "observe_plan": PlanObservation(PLAN, 7, steps=(StepView("names", StepOutcome.SKIPPED),)),
    "do_group": Refusal(ErrorCode.OPERATION_CONFLICT, "a member is busy"),
}


def test_the_wire_has_every_method_of_the_contract() -> None:
    """Operations are read off the protocols; none is forgotten and none is added, and the optional ones are known."""
    needed, *more = (
        {name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")}
        for protocol in (Subject, Arranging, Grouping, Planning, Administering, Serving, Tapping)
    )
    optional = set().union(*more)
    assert set(wire.OPERATIONS) == needed | optional == set(CALLS)
    assert optional == wire.OPTIONAL


def test_an_adapter_without_an_optional_call_does_not_offer_it() -> None:
    """An adapter of the first hour stays an adapter: what it has never heard of is unsupported, and no failure."""
    (reply,) = served(Tiny(), wire.encode_call(3, "arrange", CALLS["arrange"]))
    assert reply["error"]["kind"] == "unsupported"
    with pytest.raises(Unsupported):
        InProcess(Tiny()).arrange(*CALLS["arrange"])


@pytest.mark.parametrize("op", CALLS)
def test_a_call_comes_back_as_it_was_sent(op: str) -> None:
    """Encoding and decoding a call gives the same operation and arguments."""
    call = wire.decode_call(wire.encode_call(9, op, CALLS[op]))
    assert (call.id, call.operation.name, call.arguments) == (9, op, CALLS[op])


@pytest.mark.parametrize("op", CALLS)
def test_an_answer_comes_back_as_it_was_given(op: str) -> None:
    """Encoding and decoding an answer gives the same value, and nothing where there is none."""
    reply = wire.decode_reply(wire.encode_value(9, ANSWERS.get(op)), op)
    assert (reply.id, reply.value, reply.error) == (9, ANSWERS.get(op), None)


def test_a_refusal_is_an_answer() -> None:
    """`do` carries a refusal with its code, not an error."""
    refusal = Refusal(ErrorCode.OPERATION_CONFLICT, "busy")
    assert wire.decode_reply(wire.encode_value(1, refusal), "do").value == refusal


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "truncated"),
        (b"hello", "malformed"),
        (b'{"ok":null}', "missing required field `id`"),
        (b'{"id":1}', "either `ok` or `error`"),
        (b'{"id":1,"ok":null,"error":{"kind":"failed"}}', "either `ok` or `error`"),
        (b'{"id":1,"ok":{}}', "exactly one"),
        (b'{"id":1,"ok":{"accepted":{"job":1}}}', "Expected `str`, got `int`"),
        (b'{"id":1,"error":{"kind":"angry"}}', "Invalid enum value 'angry'"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"id":1,"ok":{"accepted":{"job":"\xff"}}}', "utf-8"),
    ],
)
def test_a_wrong_reply_is_named(line: bytes, says: str) -> None:
    """Whatever is on the line, decoding it either gives a reply or says in one sentence what is wrong."""
    with pytest.raises(WireError, match=r"(?i).*" + says.replace("`", ".")):
        wire.decode_reply(line, "do")


def test_no_bytes_break_the_decoder() -> None:
    """Cut, flipped and stirred lines give a reply or a WireError, and nothing else."""
    dice = random.Random(7)
    good = wire.encode_value(3, ANSWERS["observe"])
    for _ in range(2000):
        line = bytearray(good[: dice.randrange(len(good))] if dice.random() < 0.3 else good)
        for _ in range(dice.randrange(1, 6)):
            if line:
                line[dice.randrange(len(line))] = dice.randrange(256)
        with contextlib.suppress(WireError):
            assert isinstance(wire.decode_reply(bytes(line), "observe"), Reply)


def test_a_line_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is longer than a line may be is an error of its sender."""
    monkeypatch.setattr(wire, "LINE_BYTES_MAX", 1000)
    with pytest.raises(WireError, match="longer than 1000"):
        wire.encode_value(1, Image("disk0", ImageKind.INLINE, data=bytes(1000)))


def served(subject: Tiny, *lines: bytes) -> list[dict[str, Any]]:
    """The replies of a served subject to those lines."""
    replies = BytesIO()
    serve(subject, BytesIO(b"".join(lines)), replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_the_server_answers_each_request_under_its_id() -> None:
    """A request that cannot be understood gets an error under its own id; the next one is answered all the same."""
    replies = served(
        Tiny(),
        b"garbage\n",
        b'{"id":5,"op":"dance","args":{}}\n',
        b'{"id":6,"op":"observe","args":{"machine":7}}\n',
        wire.encode_call(7, "reset", (SCENARIO,)),
    )
    assert [(reply["id"], reply.get("error", {}).get("code")) for reply in replies] == [
        (0, "BadRequest"),
        (5, "BadRequest"),
        (6, "BadRequest"),
        (7, None),
    ]


def test_the_server_tells_what_the_subject_raised() -> None:
    """Unsupported, a refusal and any other exception are told apart on the wire."""

    class Raises(Tiny):
        def restore(self, machine: str, point: str) -> tuple[Image, ...]:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE, point + machine)

        def flush(self, address: DiskAddress) -> None:
            raise ZeroDivisionError(address.disk)

    replies = served(Raises(), *(wire.encode_call(1, op, CALLS[op]) for op in ("advance", "restore", "flush")))
    errors = [msgspec.convert(reply["error"], CallError) for reply in replies]
    assert [error.kind for error in errors] == [ErrorKind.UNSUPPORTED, ErrorKind.REFUSED, ErrorKind.FAILED]
    assert errors[1].code == "RecoveryPointUnavailable"
    assert errors[2].code == "ZeroDivisionError"


def test_the_server_ends_with_close_and_closes_once() -> None:
    """After `close` nothing more is read, and the subject is closed exactly once."""
    closed: list[int] = []

    class Counts(Tiny):
        def close(self) -> None:
            closed.append(1)

    replies = served(Counts(), wire.encode_call(1, "close", ()), wire.encode_call(2, "settle", ()))
    assert [reply["id"] for reply in replies] == [1]
    assert closed == [1]


def test_the_published_schema_is_fresh() -> None:
    """contract.schema.json is what `siteproof adapter schema` prints."""
    assert json.loads(SCHEMA.read_text()) == json.loads(msgspec.json.encode(wire.json_schema()))


@pytest.mark.parametrize("op", CALLS)
def test_the_schema_accepts_what_is_sent(op: str) -> None:
    """Every call that the judge sends and every answer it takes is valid under the published schema."""
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(json.loads(wire.encode_call(1, op, CALLS[op])), schema)
    reply = {"$defs": schema["$defs"], **schema["x-replies"][op]}
    jsonschema.validate(json.loads(wire.encode_value(1, ANSWERS.get(op))), reply)


def test_the_schema_refuses_what_is_wrong() -> None:
    """A request with another operation or an argument of another type is not valid."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert not validator.is_valid({"id": 1, "op": "dance", "args": {}})
    assert not validator.is_valid({"id": 1, "op": "advance", "args": {"milliseconds": "soon"}})
