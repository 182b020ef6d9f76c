"""Traces in the informal trace format: every state in full, with the types that its readers expect."""

import json
import re
from typing import Any

import pytest

from siteproof.cli import main
from siteproof.model.engines.explore.program import compiled
from siteproof.model.spec.registry.specs import known

GOAL = "protection=committed,direction=forward"


def trace(capsys: pytest.CaptureFixture[str]) -> Any:
    """The trace that the command prints."""
    assert main(["explore", "--trace-to", GOAL, "--format", "itf"]) == 0
    return json.loads(capsys.readouterr().out)


def test_each_state_has_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    """Eleven states for ten steps, numbered, each with all variables; integers are bigints, flags booleans."""
    found = trace(capsys)
    names = [variable.name for variable in known("replication").system().variables]
    assert found["vars"] == names
    assert [state["#meta"]["index"] for state in found["states"]] == list(range(11))
    assert all(set(state) == {"#meta", *names} for state in found["states"])
    assert found["states"][0]["machine.source[0]"] == {"#bigint": "1"}
    assert found["states"][0]["link.up"] is True
    assert found["states"][-1]["machine.protection"] == "committed"


def test_the_states_are_a_run_of_the_system(capsys: pytest.CaptureFixture[str]) -> None:
    """Read back, each state is a successor of the one before it, by the transition that it names."""
    program = compiled(known("replication").system())
    states = trace(capsys)["states"]
    codes = [bytes(_code(program.system.variables[n].domain, state[v.name]) for n, v in enumerate(program.system.variables)) for state in states]  # fmt: skip  # noqa: E501  (a state as the program packs it)
    for before, after, state in zip(codes, codes[1:], states[1:], strict=False):
        names = {program.system.transitions[number].name for number, to in program.successors(before) if to == after}
        assert state["#meta"]["action"] in names


def _code(domain: object, value: object) -> int:
    if isinstance(value, dict):
        return int(value["#bigint"])
    if isinstance(value, bool):
        return int(value)
    return [str(member.value) for member in domain.kind].index(str(value))  # type: ignore[attr-defined]  # an enumeration


def test_itf_is_for_traces(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a goal there is nothing to write: exit code 2 and what to add; an unreachable goal is said to be so."""
    assert main(["explore", "--format", "itf"]) == 2
    assert "--trace-to" in capsys.readouterr().err
    assert main(["explore", "--trace-to", "protection=enabling", "--format", "itf", "--points", "1"]) == 1
    assert re.search("^UNREACHABLE", capsys.readouterr().out, re.MULTILINE)
