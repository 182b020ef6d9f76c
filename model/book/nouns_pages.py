"""Pages made from the vocabulary: errors, profile parameters, the contract, the glossary.

Rule: types and enums are read as they stand, the remark beside a line of code is its meaning.
"""

import inspect
import re
from enum import Enum
from typing import Any

import attrs

from siteproof.model.book.markdown import NONE, anchor, code, listed, page, table
from siteproof.model.nouns import (
    administration,
    appliances,
    commands,
    connectivity,
    frames,
    groups,
    observation,
    plans,
    policy,
    profile,
    scenario,
    stamp,
    subject,
    vocabulary,
)
from siteproof.model.nouns.errors import CATALOGUE
from siteproof.model.spec.registry.glossary import Term, glossary

_REMARK = re.compile(r"^    (\w+)(?:: [^=]+)? = .*?  # (.+)$", re.MULTILINE)
_UNITS = {"minutes": "min", "bytes": "bytes", "max": "at most", "hours": "hours", "ms": "ms"}

TYPES: tuple[type, ...] = (
    subject.Description,
    scenario.Scenario,
    scenario.MachineSpec,
    scenario.DiskSpec,
    policy.ReplicationPolicy,
    commands.Command,
    groups.GroupCommand,
    administration.AdminCommand,
    appliances.ApplianceView,
    appliances.ComponentView,
    appliances.ApplianceEvent,
    appliances.Readings,
    frames.TappedFrame,
    plans.SavedPlan,
    plans.SavedGroup,
    plans.SavedStep,
    plans.PlanCommand,
    plans.PlanObservation,
    plans.StepView,
    plans.PlannedMachineView,
    commands.Accepted,
    commands.Refusal,
    observation.Observation,
    observation.Regions,
    observation.DiskView,
    observation.Watermarks,
    observation.Event,
    policy.RecoveryPoint,
    subject.DiskAddress,
    subject.Write,
    subject.Image,
    subject.Fault,
    stamp.Stamp,
)
OPTIONAL: dict[type, subject.Capability] = {
    subject.Arranging: subject.Capability.DURING,
    groups.Grouping: subject.Capability.GROUPS,
    plans.Planning: subject.Capability.PLANS,
    administration.Administering: subject.Capability.ADMINISTRATION,
    appliances.Serving: subject.Capability.APPLIANCES,
    frames.Tapping: subject.Capability.FRAME_TAP,
}
"""The parts of the contract that only a subject with that capability answers."""
ENUMS: tuple[type[Enum], ...] = (
    vocabulary.Protection,
    vocabulary.Direction,
    vocabulary.Site,
    vocabulary.TestFailover,
    vocabulary.Resync,
    vocabulary.ResyncReason,
    vocabulary.WriteOrderMode,
    vocabulary.Health,
    vocabulary.Consistency,
    vocabulary.Selection,
    groups.SharedSelection,
    vocabulary.Location,
    vocabulary.Place,
    vocabulary.MachineKind,
    appliances.ApplianceComponent,
    appliances.Condition,
    plans.PlanRun,
    plans.SavedStepKind,
    plans.StepMoment,
    plans.ScriptDoes,
    plans.StepOutcome,
    plans.PlanStage,
    plans.PlanPhase,
    plans.PlanResult,
    subject.Provider,
    subject.ImageKind,
)


def errors_page() -> str:
    """The error catalogue."""
    rows = [
        (
            f"{anchor(each.value)}{code(each.value)}",
            text.message,
            text.causes,
            text.action,
            text.level.value,
            "yes" if text.user_resolvable else "no",
        )
        for each, text in CATALOGUE.items()
    ]
    about = f"{len(rows)} codes. A refusal and a health event carry one of them; nobody invents a code elsewhere."
    head = ("code", "message", "possible causes", "recommended action", "level", "the user can resolve it")
    return page("Error catalogue", about, table(head, rows))


def connectivity_page() -> str:
    """Ports and outbound addresses of the seed."""
    ports = [
        (str(each.number), each.source, each.target, each.purpose, "yes" if each.modifiable else "no")
        for each in connectivity.PORTS
    ]
    patterns = [
        (code(each.pattern), each.purpose, "yes" if each.from_machines else "no") for each in connectivity.OUTBOUND
    ]
    return page(
        "Connectivity",
        _doc(connectivity),
        "## Ports",
        table(("port", "from", "to", "for", "can be changed"), ports),
        "## Outbound addresses",
        table(("pattern", "for", "from replicated machines too"), patterns),
    )


def profile_page() -> str:
    """Every parameter of a profile with the value of the core profile."""
    told = remarks(profile.Profile)
    rows = [
        (code(name), str(getattr(profile.CORE, name)), _unit(name), told.get(name, ""))
        for name in attrs.fields_dict(profile.Profile)
    ]
    about = "Where the sources are silent or providers differ, the choice is a parameter. The core profile chooses:"
    return page("Profile parameters", about, table(("parameter", "core", "unit", "remark"), rows))


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "")


def contract_page() -> str:
    """The contract: calls, commands, capabilities, faults, the types and the words they use."""
    return page(
        "The Subject contract",
        _doc(subject),
        f"Version {subject.CONTRACT_VERSION}.",
        "## Calls",
        _calls(),
        "## Commands",
        _doc(commands.Command),
        table(("command", "recorded name"), [(code(v.value), vocabulary.RECORDED_NAME[v]) for v in vocabulary.Verb]),
        "## Capabilities",
        _enum(subject.Capability),
        "## Faults",
        _enum(subject.FaultKind),
        "## Types",
        *(_type(each) for each in TYPES),
        "## Words",
        *(_words(each) for each in ENUMS),
    )


def _calls() -> str:
    needed = [(code(_signature(name, call)), _doc(call)) for name, call in _methods(subject.Subject)]
    optional = [
        (code(_signature(name, call)), f"*{capability.value}*: {_doc(call)}")
        for protocol, capability in OPTIONAL.items()
        for name, call in _methods(protocol)
    ]
    return table(("call", "what it does"), [*needed, *optional])


def _methods(protocol: type) -> list[tuple[str, Any]]:
    found = inspect.getmembers(protocol, inspect.isfunction)
    return sorted((each for each in found if not each[0].startswith("_")), key=lambda each: _line(each[1]))


def _line(call: Any) -> int:
    return int(call.__code__.co_firstlineno)


def _signature(name: str, call: Any) -> str:
    signature = inspect.signature(call)
    names = ", ".join(f"{each.name}: {_name(each.annotation)}" for each in list(signature.parameters.values())[1:])
    return f"{name}({names}) -> {_name(signature.return_annotation)}"


def _name(annotation: Any) -> str:
    text = "None" if annotation is None else annotation.__name__ if isinstance(annotation, type) else str(annotation)
    if isinstance(annotation, type) and "[" in str(annotation):
        text = str(annotation)
    return re.sub(r"[\w.]+\.(\w+)", r"\1", text)


def _enum(kind: type[Enum]) -> str:
    told = remarks(kind)
    return f"{_doc(kind)}\n\n" + table(("name", "remark"), [(code(v.value), told.get(v.name, "")) for v in kind])


def _type(kind: type) -> str:
    told = remarks(kind)
    rows = [
        (code(name), code(_name(each.type)), _default(each.default), told.get(name, ""))
        for name, each in attrs.fields_dict(kind).items()
    ]
    return f"### {kind.__name__}\n\n{_doc(kind)}\n\n" + table(("field", "type", "default", "remark"), rows)


def _default(value: Any) -> str:
    if value is attrs.NOTHING:
        return "required"
    if isinstance(value, Enum):
        return code(str(value.value))
    return "empty" if hasattr(value, "factory") or value in ("", (), b"") else code(str(value))


def _words(kind: type[Enum]) -> str:
    return f"### {kind.__name__}\n\n" + _enum(kind)


def _doc(thing: Any) -> str:
    return inspect.getdoc(thing) or NONE


def remarks(kind: type) -> dict[str, str]:
    """What stands behind each member or field of a class in its source: NAME to remark."""
    return dict(_REMARK.findall(inspect.getsource(kind)))


def glossary_page() -> str:
    """Terms, then every other name with the term it stands for."""
    terms = [(f"{anchor(term.name.replace(' ', '-'))}{term.name}", term.means, _aliases(term)) for term in glossary()]
    other = sorted((alias.name, alias.system, term.name) for term in glossary() for alias in term.aliases)
    return page(
        "Glossary",
        table(("term", "meaning", "also called"), terms),
        "## Other names",
        table(("name", "used by", "term here"), other),
    )


def _aliases(term: Term) -> str:
    return listed(f"{alias.name} ({alias.system})" for alias in term.aliases)
