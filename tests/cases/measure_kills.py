"""`python -m tests.cases.measure_kills [SECONDS]`: looks for a kill of each MUST that nothing else is kept for.

Rule: tried on the fake, which is quick; kept only where the reference shows the same; the file is written in its order.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from siteproof.cli.links import links
from siteproof.conformance.attempt import Attempt
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.heavy import weight_of
from siteproof.conformance.verdict import Verdict
from siteproof.fuzz.mutants.draw import PICK_MAX, possible
from siteproof.fuzz.mutants.kept import answer, still_killed
from siteproof.fuzz.mutants.subject import honest_reference
from siteproof.fuzz.mutants.targets import contract_targets
from siteproof.fuzz.mutants.words import HarmSite, Layer, Mutant, Trigger
from siteproof.model.book.noticing import APPLIANCE, MODEL, judged, noticed
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Subject
from siteproof.model.spec.registry import kills
from siteproof.model.spec.registry.kills import KeptKill, kept_kills
from tests.cases.fake import FakeSubject

FILE = Path(kills.__file__).with_name(kills.FILE)
TRIES, CASES_MAX, NEIGHBOURS = 150, 3, (0, -1, 1, -2, 2, -3, 3)
OFTEN = {"do": 3, "observe": 6, "restore": 2}
WAYS = {each.name: tuple(possible(each)) for each in contract_targets() if each.name != "reset"}
Counts = Counter[str]


class Counting:
    """A subject whose calls are counted."""

    def __init__(self, inner: Subject) -> None:
        """`inner` answers."""
        self.inner, self.calls = inner, Counter[str]()

    def __getattr__(self, name: str) -> Any:
        """The inner one's, counted where it is a call."""
        found = getattr(self.inner, name)
        if name not in WAYS:
            return found

        def counted(*arguments: Any) -> Any:
            self.calls[name] += 1
            return found(*arguments)

        return counted


def calls_of(case: Case, honest: Callable[[], Subject]) -> Counts | None:
    """How often the case makes each call of an honest subject; None where it does not pass."""
    subject: Any = Counting(honest())
    attempt = Attempt(case, subject.describe(), CORE, 0)
    result = attempt.not_started() or attempt.run(InProcess(subject))
    return subject.calls if result.verdict is Verdict.PASS else None


def mutants(calls: Counts, dice: random.Random) -> Iterator[Mutant]:
    """Wrong at one call each, late ones more often: a case looks closest at its end."""
    names = [name for name in calls if WAYS.get(name) for _ in range(OFTEN.get(name, 1))]
    while True:
        name = dice.choice(names)
        harm, site = dice.choice(WAYS[name])
        back = int(dice.expovariate(1 / (calls[name] / 3 + 1)))
        pick = 0 if site is HarmSite.CALL else dice.randrange(PICK_MAX)
        number = max(1, calls[name] - back)
        yield Mutant("kept", Layer.CONTRACT, "contract", name, Trigger.NTH_CALL, number, harm, site, pick)


def kill(requirement: str, dice: random.Random) -> KeptKill | None:
    """A kill of the requirement, or None when none of the tries is one."""
    mine = sorted((case for case in all_cases() if requirement in case.requires), key=lambda case: weight_of(case.id))
    ways = []
    for case in mine[:CASES_MAX]:
        honest = honest_reference if FakeSubject.left_out & set(case.needs) else FakeSubject
        calls = calls_of(case, honest)
        if calls:
            ways.append((case, honest, mutants(calls, dice)))
    for number in range(TRIES if ways else 0):
        case, honest, drawn = ways[number % len(ways)]
        mutant = next(drawn)
        result = answer(case, mutant, honest)
        if result.verdict is Verdict.FAIL and requirement in result.named:
            found = next(filter(still_killed, _beside(requirement, case, mutant)), None)
            if found is not None:
                return found
    return None


def _beside(requirement: str, case: Case, mutant: Mutant) -> Iterator[KeptKill]:
    """The same at this call and its neighbours: the reference is not asked as often as the fake."""
    head, _, amount = str(mutant).rpartition(" ")
    for far in NEIGHBOURS:
        if int(amount) + far > 0:
            yield KeptKill(requirement, case.id, f"{head} {int(amount) + far}")


def write(found: dict[str, KeptKill]) -> None:
    """The file, in the order of the book."""
    head = "".join(line for line in FILE.read_text().splitlines(keepends=True) if line.startswith("#"))
    ordered = [found[each.id] for each in judged(links()) if each.id in found]
    entries = (
        f'\n[[kill]]\nrequirement = "{e.requirement}"\ncase = "{e.case}"\nwrong = "{e.wrong}"\n' for e in ordered
    )
    FILE.write_text(head + "".join(entries))


def main(seconds: float) -> None:
    """Keep what still kills, look for the rest, write after each."""
    began = time.monotonic()
    wanted = [each.id for each in judged(links()) if noticed(each, links()) not in {APPLIANCE, MODEL}]
    found = {name: each for name, each in kept_kills().items() if name in wanted and still_killed(each)}
    for name in wanted:
        if name not in found and time.monotonic() - began < seconds:
            one = kill(name, random.Random(f"kill {name}"))
            found |= {name: one} if one else {}
            sys.stdout.write(f"{name} {one.wrong if one else 'nothing found'}\n")
            write(found)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1800.0)
