"""TLA+: a system as one module, with a configuration for TLC.

Rule: the text is for people: predicates keep their names, enumerations their values, actions their rules. Each
transition of ours is one action there, so that TLC's numbers are comparable with ours (engines/crosscheck/tlc.py).
"""

from collections.abc import Collection, Iterator

from attrs import frozen

from siteproof.model.engines.formats.identifiers import (
    Docs,
    doc_lines,
    headline,
    kinds,
    listed,
    members,
    shown,
    title,
    word,
)
from siteproof.model.engines.formats.simplify import alternatives, flat, forks, simple
from siteproof.model.engines.formats.writer import Writer, choice, literal, printers
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Domain, Members, Range
from siteproof.model.language.expression import Expr, Op
from siteproof.model.language.spec import Claim, Promise, System, Transition

RESERVED = ("Init", "Next", "Spec", "TypeOK", "vars", "BOOLEAN", "Nat", "Int", "STRING")


@frozen
class Module:
    """A module's name, its text, the configuration for TLC, and the operators of claims and promises by number."""

    name: str
    text: str
    config: str
    claims: tuple[str, ...]
    promises: tuple[str, ...] = ()


def tla(system: System, docs: Docs | None = None, *, asserted: Collection[int] | None = None) -> Module:
    """The module. `asserted` are the numbers of the claims that TLC is to check; None means all that have to hold."""
    writer = _Tla(system, docs, (*RESERVED, *kinds(system)))
    body = [*writer.actions(), *writer.claims(), *writer.promised()]
    name = word(system.name)
    lines = [*writer.head(name), *writer.variables(), *writer.defined_lines(), *body, "=" * 78]
    chosen = range(len(system.claims)) if asserted is None else sorted(asserted)
    invariants, steps = (
        [writer.operators[n] for n in chosen if system.claims[n].kind is kind]
        for kind in (ClaimKind.ALWAYS, ClaimKind.WHENEVER)
    )
    promises = tuple(writer.promises)
    config = _config(invariants, steps, promises)
    return Module(name, "\n".join(lines) + "\n", config, tuple(writer.operators), promises)


def _config(invariants: list[str], steps: list[str], promises: tuple[str, ...]) -> str:
    lines = ["\\* A state without a successor is no mistake here: run TLC with -deadlock.", "SPECIFICATION Spec"]
    asked = [f"\\* PROPERTY {name}" for name in promises]
    note = ["\\* Promises take TLC much longer than invariants; ask for one by removing its \\*."] if asked else []
    checked = [f"INVARIANT {name}" for name in ("TypeOK", *invariants)] + [f"PROPERTY {name}" for name in steps]
    return "\n".join([*lines, *checked, *note, *asked]) + "\n"


class _Tla(Writer):
    operators: list[str]
    promises: list[str]
    called: list[str]

    def head(self, name: str) -> Iterator[str]:
        yield f"{f' MODULE {name} ':-^78}"
        yield from _comment(title(self.system))
        yield from _comment("`(A \\/ B) = TRUE` in an action keeps TLC from taking one step once for A and once for B.")
        yield from ("EXTENDS Integers", "")
        for kind, domain in kinds(self.system).items():
            yield from listed(f"{kind} == {{", [_quoted(value) for value in members(domain)], "}")

    def variables(self) -> Iterator[str]:
        every = self.system.variables
        yield from ("", "VARIABLES")
        for number, v in enumerate(every, 1):
            yield f"  {self.places[v.name]}{',' if number < len(every) else ' '}  \\* {v.name}: {shown(v.domain)}"
        yield from ("", *listed("vars == <<", list(self.places.values()), ">>"), "", "TypeOK ==")
        yield from (f"  /\\ {self.places[v.name]} \\in {_set(v.domain)}" for v in every)
        yield from ("", "Init ==")
        yield from (f"  /\\ {self.places[v.name]} = {_value(v.domain, v.initial)}" for v in every)
        yield ""

    def defined_lines(self) -> Iterator[str]:
        for name, label, body in self.definitions:
            yield from (*_comment(label), f"{name} == {body}", "")

    def actions(self) -> Iterator[str]:
        self.called = []
        for number, transition in enumerate(self.system.transitions):
            name = self.names.of(f"{transition.rule}_{transition.name}", f"transition {number}")
            self.called.append(name)
            yield from (f"\\* {line}" for line in headline(transition, self.docs))
            yield from (f"{name} ==", *self._steps(transition), "")
        steps = [f"  \\/ {name}" for name in self.called] or ["  FALSE"]
        yield from ("Next ==", *steps, "", "Spec == Init /\\ [][Next]_vars", "")

    def _steps(self, transition: Transition) -> Iterator[str]:
        changed = {effect.target.name: effect.value for effect in transition.effects}
        for part in flat(simple(transition.guard), Op.AND):
            yield f"  /\\ {self.code(part)}{' = TRUE' if forks(part) else ''}"
        yield from (f"  /\\ {self.places[name]}' = {self.simple(value)}" for name, value in changed.items())
        kept = [place for name, place in self.places.items() if name not in changed]
        if kept:
            yield from listed("  /\\ UNCHANGED <<", kept, ">>")

    def claims(self) -> Iterator[str]:
        self.operators = []
        for number, claim in enumerate(self.system.claims):
            name = self.names.of(f"{claim.rule}_{claim.kind}_{claim.name}", f"claim {number}")
            self.operators.append(name)
            said = self._steps_said(claim) if claim.kind is ClaimKind.WHENEVER else self._instances(claim)
            yield from (*_claim_comment(claim), f"{name} ==", *said, "")

    def _instances(self, claim: Claim) -> Iterator[str]:
        guards = [simple(guard) for _, guard in claim.instances]
        sign, empty = ("/\\", "  TRUE") if claim.kind is ClaimKind.ALWAYS else ("\\/", "  FALSE")
        if claim.kind is ClaimKind.ALWAYS:
            guards = [part for guard in guards for part in flat(guard, Op.AND)]
        yield from (f"  {sign} {self.code(guard)}" for guard in guards)
        if not guards:
            yield empty

    def _steps_said(self, claim: Claim) -> Iterator[str]:
        """What it says of every step that changes something."""
        if not claim.said:
            yield "  TRUE"
            return
        about = " \\/ ".join(self.called[number] for number in claim.of)
        yield f"  [][({about}) =>" if about else "  []["
        yield from (f"    /\\ {self.code(simple(said))}" for _, said in claim.said)
        yield "  ]_vars"

    def promised(self) -> Iterator[str]:
        """Each promise as a temporal formula: what it counts on, and where that leads."""
        self.promises = []
        for number, promise in enumerate(self.system.promises):
            name = self.names.of(f"{promise.rule}_eventually_{promise.name}", f"promise {number}")
            self.promises.append(name)
            yield from (f"\\* {promise.rule}  eventually: {promise.name.replace('_', ' ')}", *_comment(promise.doc))
            yield from (*_comment(f"Otherwise: {promise.why}"), f"{name} ==", *self._counted_on(promise), "  =>")
            for _, leads in promise.instances:
                begins, ends = (self.code(simple(each)) for each in (leads.begins, leads.ends))
                yield f"  /\\ {begins} ~> {ends}"
            yield ""

    def _counted_on(self, promise: Promise) -> Iterator[str]:
        yield from (f"  /\\ WF_vars({self.called[number]})" for number in sorted(promise.fair))
        yield from (f"  /\\ SF_vars({self.called[number]})" for number in sorted(promise.strong))
        yield from (f"  /\\ <>[][~{self.called[number]}]_vars" for number in sorted(promise.ceases))


def _comment(text: str) -> Iterator[str]:
    return (f"\\* {line}" for line in doc_lines(text))


def _claim_comment(claim: Claim) -> Iterator[str]:
    yield f"\\* {claim.rule}  {claim.kind.value}: {claim.name.replace('_', ' ')}"
    yield from _comment(claim.doc)
    if claim.kind.is_safety:
        yield from _comment(f"Otherwise: {claim.why}")
    else:
        yield "\\* (must be reachable: TLC shows the way when the negation is given as an invariant)"


def _quoted(value: str) -> str:
    return f'"{value}"'


def _set(domain: Domain) -> str:
    if isinstance(domain, Range):
        return f"{domain.low}..{domain.high}"
    return domain.kind.__name__ if isinstance(domain, Members) else "BOOLEAN"


def _value(domain: Domain, value: object) -> str:
    return literal(domain, value, ("FALSE", "TRUE"), lambda _, symbol: _quoted(symbol))


def _either(writer: Writer, node: Expr) -> str:
    found = alternatives(node)
    if found is None:
        return writer.joined("\\/", flat(node))
    return f"({writer.code(found[0])} \\in {{{', '.join(writer.code(value) for value in found[1])}}})"


def _negation(writer: Writer, node: Expr) -> str:
    inner = node.args[0]
    return writer.joined("#", inner.args) if inner.op is Op.EQUAL else f"~{writer.code(inner)}"


def _primed(writer: Writer, node: Expr) -> str:
    inner = node.args[0]
    text = writer.code(inner)
    return f"{text}'" if inner.op in (Op.VARIABLE, Op.NAMED) else f"({text})'"


_Tla.printers = printers(
    {Op.AND: "/\\", Op.EQUAL: "=", Op.LESS: "<", Op.AT_MOST: "<=", Op.ADD: "+", Op.SUBTRACT: "-"},
    {
        Op.CONSTANT: lambda _writer, node: _value(node.domain, node.constant),
        Op.NOT: _negation,
        Op.OR: _either,
        Op.CHOOSE: choice("(IF {} THEN {} ELSE {})"),
        Op.NEXT: _primed,
    },
)
