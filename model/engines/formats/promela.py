"""Promela: a system as one process that picks among its transitions for ever, for SPIN.

Rule: the text is for people: predicates, values and rules keep their names. One transition of ours is one d_step, so
that SPIN's numbers are comparable with ours (engines/crosscheck/spin.py). Only the system's own data tells states
apart.
"""

from collections.abc import Collection, Iterator

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
from siteproof.model.engines.formats.simplify import flat, simple
from siteproof.model.engines.formats.writer import Writer, choice, literal, printers
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Domain, Members, Range, Truth
from siteproof.model.language.expression import Effect, Expr, Op, variables_of
from siteproof.model.language.spec import Claim, System

BYTE_MAX = 254
"""The largest number in a byte; 255 is what a number becomes that falls below 0."""

RESERVED = (
    *("active", "assert", "atomic", "bit", "bool", "break", "byte", "chan", "check", "d_step", "do", "else", "empty"),
    *("enabled", "end", "false", "fi", "full", "goto", "hidden", "if", "init", "inline", "int", "len", "local", "ltl"),
    *("mtype", "never", "nempty", "nfull", "od", "of", "printf", "priority", "proctype", "run", "select", "short"),
    *(
        "linux",
        "show",
        "skip",
        "system",
        "timeout",
        "trace",
        "true",
        "type_ok",
        "typedef",
        "unix",
        "unless",
        "unsigned",
        "xr",
        "xs",
    ),
)


def promela(system: System, docs: Docs | None = None, *, asserted: Collection[int] | None = None) -> str:
    """The model. `asserted` are the numbers of the claims that SPIN is to check; None means all that have to hold."""
    writer = _Promela(system, docs, RESERVED)
    chosen = frozenset(range(len(system.claims)) if asserted is None else asserted)
    steps = [line for number in range(len(system.transitions)) for line in writer.step(number, chosen)]
    claims = list(writer.claims(chosen))
    lines = [*writer.head(), *writer.defined_lines(), *claims, *_promises(system)]
    process = ["active proctype system() {", "  d_step { check() };", "end:", "  do", *steps, "  od", "}"]
    return "\n".join([*lines, *process]) + "\n"


class _Promela(Writer):
    temporaries = 0

    def head(self) -> Iterator[str]:
        yield from _comment(title(self.system))
        for kind, domain in kinds(self.system).items():
            yield from listed(f"mtype:{kind} = {{", [_member(kind, value) for value in members(domain)], "};")
        yield ""
        for v in self.system.variables:
            declared = f"{_type(v.domain)} {self.places[v.name]} = {_value(v.domain, v.initial)};"
            yield f"{declared}  /* {v.name}: {shown(v.domain)} */"
        yield from (f"short before_{number};  /* 0 between steps */" for number in range(self.temporaries))
        yield ""

    def defined_lines(self) -> Iterator[str]:
        for name, label, body in self.definitions:
            yield from (*_comment(label), f"#define {name} {body}", "")

    def step(self, number: int, chosen: Collection[int]) -> Iterator[str]:
        transition = self.system.transitions[number]
        yield from (f"  {line}" for line in _comment(*headline(transition, self.docs)))
        guards = [self.code(part) for part in flat(simple(transition.guard), Op.AND)]
        yield f"  :: d_step {{ {f' &&{chr(10)}       '.join(guards)} ->"
        yield from self._asserted(number, chosen)
        yield from (f"       {line};" for line in self._assignments(transition.effects))
        yield "       check() }"

    def _asserted(self, number: int, chosen: Collection[int]) -> Iterator[str]:
        """What the claims about steps ask of this one; it is asked before anything changes."""
        for claim in (self.system.claims[place] for place in sorted(chosen)):
            if claim.kind is ClaimKind.WHENEVER:
                kept = [guard for by, (_, guard) in zip(claim.by, claim.instances, strict=True) if by == number]
                for text in dict.fromkeys(self.code(simple(guard)) for guard in kept):
                    yield f"       assert({text});  /* {claim.rule} */"

    def _assignments(self, effects: tuple[Effect, ...]) -> Iterator[str]:
        """Effects happen at once: each is written when nobody reads its target any more, if need be through a copy."""
        values = {effect.target: simple(effect.value) for effect in effects}
        waiting = {v.name: value for v, value in values.items() if value.variable is not v}
        copies: dict[str, str] = {}
        while waiting:
            free = next((name for name in waiting if not _read_by_others(name, waiting)), None)
            if free is None:
                name = next(iter(waiting))
                copies[name] = f"before_{len(copies)}"
                yield f"{copies[name]} = {self.code(waiting.pop(name))}"
            else:
                yield f"{self.places[free]} = {self.code(waiting.pop(free))}"
        for name, copy in copies.items():
            yield from (f"{self.places[name]} = {copy}", f"{copy} = 0")
        self.temporaries = max(self.temporaries, len(copies))

    def claims(self, chosen: Collection[int]) -> Iterator[str]:
        checked = ["type_ok"]
        ranges = [condition for v in self.system.variables for condition in self._ranges(v.name, v.domain)]
        yield from _comment("Every number is inside of its range.")
        yield from (f"#define type_ok ({' && '.join(ranges) or 'true'})", "")
        yield from self._claim_lines(chosen, checked)
        yield from ("inline check() {", *(f"  assert({name});" for name in checked), "}", "")

    def _claim_lines(self, chosen: Collection[int], checked: list[str]) -> Iterator[str]:
        for number, claim in enumerate(self.system.claims):
            if claim.kind is ClaimKind.WHENEVER:
                yield from (*_claim_comment(claim), "")
                continue
            name = self.names.of(f"{claim.rule}_{claim.kind}_{claim.name}", f"claim {number}")
            before = len(self.definitions)
            body = self._instances(claim)
            for each, label, text in self.definitions[before:]:
                yield from (*_comment(label), f"#define {each} {text}", "")
            yield from (*_claim_comment(claim), f"#define {name} {body}", "")
            if claim.kind is ClaimKind.ALWAYS and number in chosen:
                checked.append(name)

    def _instances(self, claim: Claim) -> str:
        guards = [simple(guard) for _, guard in claim.instances]
        sign, empty = ("&&", "true") if claim.kind is ClaimKind.ALWAYS else ("||", "false")
        return self.joined(sign, guards) if guards else empty

    def _ranges(self, name: str, domain: Domain) -> Iterator[str]:
        if isinstance(domain, Range):
            yield from [f"{self.places[name]} >= {domain.low}"] if domain.low else []
            yield f"{self.places[name]} <= {domain.high}"


def _read_by_others(name: str, waiting: dict[str, Expr]) -> bool:
    return any(v.name == name for other, value in waiting.items() if other != name for v in variables_of(value))


def _comment(*texts: str) -> list[str]:
    """The texts as one comment, each on lines of its own."""
    lines = [line for text in texts for line in doc_lines(text)]
    return [f"{'/*' if number == 0 else '  '} {line}" for number, line in enumerate(lines[:-1])] + [
        f"{'/*' if len(lines) == 1 else '  '} {lines[-1]} */"
    ]


def _claim_comment(claim: Claim) -> list[str]:
    first = f"{claim.rule}  {claim.kind.value}: {claim.name.replace('_', ' ')}"
    if claim.kind.is_safety:
        where = ["(asserted within the steps that could break it)"] if claim.kind is ClaimKind.WHENEVER else []
        return _comment(first, claim.doc, f"Otherwise: {claim.why}", *where)
    return _comment(first, claim.doc, "(must be reachable: asserting its negation makes SPIN show the way)")


def _promises(system: System) -> Iterator[str]:
    """SPIN is fair to processes, not to the steps of one: promises are named here and judged elsewhere."""
    for promise in system.promises:
        first = f"{promise.rule}  eventually: {promise.name.replace('_', ' ')}"
        yield from _comment(
            first, promise.doc, "(needs fairness of single steps: siteproof explore, or the TLA+ export)"
        )
        yield ""


def _type(domain: Domain) -> str:
    if isinstance(domain, Truth):
        return "bool"
    if isinstance(domain, Members):
        return f"mtype:{domain.kind.__name__}"
    return "byte" if domain.low >= 0 and domain.high <= BYTE_MAX else "short"


def _value(domain: Domain, value: object) -> str:
    return literal(domain, value, ("false", "true"), _member)


def _member(kind: str, value: str) -> str:
    return word(f"{kind}_{value}")


def _negation(writer: Writer, node: Expr) -> str:
    inner = node.args[0]
    return writer.joined("!=", inner.args) if inner.op is Op.EQUAL else f"(!{writer.code(inner)})"


_Promela.printers = printers(
    {
        Op.AND: "&&",
        Op.OR: "||",
        Op.EQUAL: "==",
        Op.LESS: "<",
        Op.AT_MOST: "<=",
        Op.ADD: "+",
        Op.SUBTRACT: "-",
    },
    {
        Op.CONSTANT: lambda _writer, node: _value(node.domain, node.constant),
        Op.NOT: _negation,
        Op.CHOOSE: choice("({} -> {} : {})"),
    },
)
