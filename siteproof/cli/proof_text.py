"""How proofs, gaps, bounded searches and agreements read on a terminal; used by `siteproof prove`.

Rule: a gap says which of the two it is: a claim that is broken in reality, with its trace, or a missing lemma.
"""

from collections.abc import Iterable, Iterator, Mapping

from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.prove.agreement import AgreementRow
from siteproof.model.engines.prove.bounded import Bounded, Found
from siteproof.model.engines.prove.interference import SecondOpinion
from siteproof.model.engines.prove.proof import Gap, Proof
from siteproof.model.engines.prove.reality import Reality
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import Spec

INDENT = " " * 6
LEGEND = {
    "GAP": "the induction fails here; below stands where, and whether the claim is broken or a lemma is missing",
    "FAIL": "broken in reality, though no step was found at fault: the induction assumed a goal that has a gap",
}


def title(what: str, every: tuple[str, ...], bounds: Mapping[str, int], seed: str = "none") -> str:
    """The first line after the version: what is done, its seed, what it is for."""
    rest = " ".join(f"{name}={value}" for name, value in bounds.items() if name not in every)
    sizes = [f"for all {', '.join(every)}"] if every else []
    return " · ".join([what, f"seed {seed}", *sizes, *([rest] if rest else [])])


def proof_lines(
    proof: Proof, found: tuple[Reality, ...], initial: Mapping[str, str], rest: Iterable[str]
) -> Iterator[str]:
    """Every goal, every gap with what the explorer says of it, what is not proved here, and the verdict.

    The legend explains the marks that occur; `rest` is from `not_proved_line`.
    """
    marks = {f"{each.rule} {each.goal}": "FAIL" for each in found if each.reachable}
    marks.update({f"{gap.goal_rule} {gap.goal}": "GAP" for gap in proof.gaps})
    for goal in proof.goals:
        if goal in marks or not goal.startswith("range "):
            yield f"{marks.get(goal, 'ok'):<4} {goal}"
    yield from (f"  {mark}: {text}" for mark, text in LEGEND.items() if mark in marks.values())
    told: list[Trace] = []
    real = {(each.rule, each.goal): each for each in found}
    for gap in proof.gaps:
        yield from gap_lines(gap, initial)
        found_here = real.get((gap.goal_rule, gap.goal))
        if found_here is not None:
            yield from reality_lines(found_here, again=found_here.trace in told)
            told += [found_here.trace] if found_here.trace is not None else []
    if proof.compared:
        yield compared_line(proof.compared)
    yield from rest
    verdict = "PROVED" if proof.proved else "NOT PROVED"
    yield f"{verdict} ({proof.spec}): {len(proof.goals)} goals, {proof.queries} queries, {len(proof.gaps)} gaps"
    yield from _advice(found)


def compared_line(sizes: tuple[int, ...]) -> str:
    """What a proof for every size was held against."""
    at = f"size{'' if len(sizes) == 1 else 's'} {', '.join(map(str, sizes))}"
    compared = f"the templates of this proof were compared with the specification built at {at}"
    return f"{compared}; sh dev.sh nightly compares every size that can be built"


def not_proved_here(spec: Spec) -> dict[str, list[str]]:
    """The claims that an induction does not speak of, by kind: of runs, and of what has to be possible."""
    kinds = (ClaimKind.EVENTUALLY, ClaimKind.SOMETIMES)
    return {kind.value: [f"{p.rule} {p.name}" for p in spec.properties if p.kind is kind] for kind in kinds}


def not_proved_line(spec: str, rest: Mapping[str, list[str]]) -> Iterator[str]:
    """How many these are, and who judges them; nothing when there are none."""
    counts = ", ".join(f"{len(names)} {kind}" for kind, names in rest.items() if names)
    if counts:
        yield f"not proved here: {counts} (siteproof explore {spec} judges them at given bounds)"


def _advice(found: tuple[Reality, ...]) -> Iterator[str]:
    broken = dict.fromkeys(f"{each.rule} {each.goal}" for each in found if each.reachable)
    open_ones = dict.fromkeys(f"{each.rule} {each.goal}" for each in found if not each.reachable)
    if broken:
        yield f"broken in reality: {', '.join(sorted(broken))}"
    if open_ones:
        yield f"a lemma is missing for: {', '.join(open_ones)}"


def gap_lines(gap: Gap, initial: Mapping[str, str]) -> Iterator[str]:
    """The action, the goal and the counterexample to induction: what changes, then what is not as it was at first."""
    yield f"{gap.rule} {gap.action} does not keep {gap.goal_rule} {gap.goal}".strip()
    if gap.undecided:
        yield f"{INDENT}the solver gave up: neither a proof nor a state"
        return
    sizes = " ".join(f"{name}={value}" for name, value in gap.bounds.items())
    yield f"{INDENT}from this state{f' at {sizes}' if sizes else ''}; what is not listed is as at first, or not read:"
    rows = [(name, f"{gap.before[name]} → {gap.after[name]}") for name in gap.changes]
    stays = [n for n in gap.read if n not in gap.changes and gap.before[n] != initial.get(n)]
    rows += [(name, gap.before[name]) for name in stays]
    width = max((len(name) for name, _ in rows), default=0)
    yield from (f"{INDENT}  {name:<{width}}  {text}" for name, text in rows)


def reality_lines(real: Reality, *, again: bool = False) -> Iterator[str]:
    """Whether the claim is broken in reality (with the trace, unless it was told before) or a lemma is missing."""
    at = " ".join(f"{name}={value}" for name, value in real.bounds.items()) or "its only size"
    if real.trace is not None:
        yield f"{INDENT}REACHABLE: shortest trace, {_steps(real.trace.length)}, at {at}{' (as above)' if again else ''}"
        yield from [] if again else trace_lines(real.trace)
    else:
        seen = f"all {real.states:,} states" if real.complete else f"{real.states:,} states up to depth {real.depth}"
        yield f"{INDENT}NOT REACHABLE within these bounds ({seen}, {at}): a lemma is missing"


def trace_lines(trace: Trace) -> Iterator[str]:
    """One line for each step, with what it changes."""
    width = max((len(step.name) for step in trace.steps), default=0)
    for number, step in enumerate(trace.steps, 1):
        changes = " · ".join(f"{c.variable.removeprefix('machine.')} {c.before} → {c.after}" for c in step.changes)
        yield f"{INDENT}{number:>3}  {step.rule:<7} {step.name:<{width}}  {changes}"


def bounded_lines(found: Bounded) -> Iterator[str]:
    """The shortest violation or its absence, and the witnesses that were asked for."""
    for witness in found.witnesses:
        yield f"ok   {witness.rule} sometimes {witness.name.replace('_', ' ')}  ({_steps(witness.trace.length)})"
    yield from (f"open {name.replace('_', ' ')}  (not within {_steps(found.depth)})" for name in found.missing)
    if found.violation is not None:
        yield from _violation(found.violation)
        yield f"VIOLATED ({found.spec}): {found.violation.rule}, and nothing is violated in fewer steps"
    elif found.undecided:
        yield f"OPEN ({found.spec}): the solver gave up after {_steps(found.depth)}"
    else:
        all_runs = ": no run is longer" if found.exhausted else ""
        yield f"NO VIOLATION within {_steps(found.steps)} ({found.spec}){all_runs}"


def _violation(found: Found) -> Iterator[str]:
    yield f"FAIL {found.rule} {found.name}  ({_steps(found.trace.length)}, none shorter)"
    yield from trace_lines(found.trace)


def contradicted(said: SecondOpinion, found: tuple[Reality, ...]) -> list[str]:
    """The claims that the second opinion proves and the explorer breaks: there must be none."""
    return [f"{each.rule} {each.goal}" for each in found if each.reachable and f"{each.rule} {each.goal}" in said.held]


def opinion_lines(said: SecondOpinion, proof: Proof, found: tuple[Reality, ...]) -> Iterator[str]:
    """What one component alone proves under interference, and whether it agrees with the induction."""
    gaps = {f"{gap.goal_rule} {gap.goal}" for gap in proof.gaps}
    for each in said.opinions:
        whom = f"for all {each.every}" if each.every else "there is one"
        if each.held or each.broken:
            beside = f"{each.states:,} states of its own beside {each.others:,} of the rest"
            yield f"second opinion, without lemmas: {each.component} ({whom}): {beside}"
        for name in each.held:
            yield f"HOLDS {name}  (its gap lacks a lemma)" if name in gaps else f"ok    {name}"
        yield from (f"{'-':<5} {name}  (no opinion: breaks under interference)" for name in each.broken)
    yield from (f"no opinion on {text}" for text in said.refused)
    yield from (f"{'-':<5} {name}  (no opinion)" for name in said.silent)
    wrong = contradicted(said, found)
    yield from (f"CONTRADICTION  {name} is proved alone and broken in reality" for name in wrong)
    both = f"{len(said.held - gaps)} of {len(proof.goals)} goals are proved both ways"
    yield f"{'DISAGREE' if wrong else 'AGREE'} ({said.spec}): {both}"


def agreement_lines(rows: list[AgreementRow]) -> Iterator[str]:
    """The table of mutants: how many there are, how many break a property, are refuted, and every contradiction."""
    yield f"{'specification':<16} {'proved':<7} {'mutants':>7} {'broken':>7} {'refuted':>8} {'contradictions':>15}"
    for row in rows:
        numbers = f"{len(row.judged):>7} {len(row.broken):>7} {row.refuted:>8} {len(row.contradictions):>15}"
        yield f"{row.spec:<16} {'yes' if row.proved else 'no':<7} {numbers}"
    yield from (f"CONTRADICTION  {row.spec}: {text}" for row in rows for text in row.contradictions)
    mutants, broken = sum(len(row.judged) for row in rows), sum(len(row.broken) for row in rows)
    refuted, against = sum(row.refuted for row in rows), sum(len(row.contradictions) for row in rows)
    verdict = "DISAGREE" if against or refuted < broken else "AGREE"
    counts = f"{mutants} mutants, {broken} break a property, {refuted} of them refuted, {against} contradictions"
    yield f"{verdict}: {counts}"


def _steps(number: int) -> str:
    return f"{number} step{'' if number == 1 else 's'}"
