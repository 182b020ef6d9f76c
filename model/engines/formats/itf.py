"""ITF, the informal trace format of Apalache and Quint: a trace as JSON with every state in full.

Rule: variables keep their full names; what happened stands in each state's `#meta`, since ITF knows states only.
(apalache-mc.org, ADR 015: integers are {"#bigint": "3"}, so that no reader rounds them.)
"""

import json
from collections.abc import Sequence
from typing import Any

from siteproof.model.engines.explore.trace import Trace, TraceStep
from siteproof.model.language.domain import Domain, Range, Truth
from siteproof.model.language.spec import System

DESCRIPTION = "https://apalache-mc.org/docs/adr/015adr-trace.html"


def itf(system: System, trace: Trace, description: str, again: Sequence[TraceStep] = ()) -> str:
    """The trace as ITF text; `description` says what it leads to, `again` are steps that go on for ever at its end."""
    domains = {variable.name: variable.domain for variable in system.variables}
    shown = dict(trace.start)
    states = [{"#meta": {"index": 0}, **_state(shown, domains)}]
    for number, step in enumerate((*trace.steps, *again), 1):
        shown.update({change.variable: change.after for change in step.changes})
        meta = {"index": number, "rule": step.rule, "action": step.name}
        states.append({"#meta": meta, **_state(shown, domains)})
    about = {"format": "ITF", "format-description": DESCRIPTION, "source": system.name, "description": description}
    loop = {"loop": trace.length} if again else {}
    return json.dumps({"#meta": about, "vars": list(domains), "states": states, **loop}, indent=1) + "\n"


def _state(shown: dict[str, str], domains: dict[str, Domain]) -> dict[str, Any]:
    return {name: _value(text, domains[name]) for name, text in shown.items()}


def _value(text: str, domain: Domain) -> Any:
    if isinstance(domain, Truth):
        return text == "true"
    return {"#bigint": text} if isinstance(domain, Range) else text
