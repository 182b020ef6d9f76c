"""How fast campaigns are: walks through the model, whole lifecycles of the reference in simulation, byte inputs.

Rule: processor seconds, so that a loaded machine changes little.
"""

import random
import time

from siteproof.cli.scratch import scratch
from siteproof.conformance.carriers.in_process import factory
from siteproof.fuzz.bytes.run import TARGETS, ByteRun
from siteproof.fuzz.canary import HONEST
from siteproof.fuzz.scenes import PLAIN
from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.subject import DiskAddress, Subject, Write
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.model.spec.registry.specs import RIGHT

STEPS = 1_000_000
LIFECYCLES = 40
ROUND_TRIP = (Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT,
              Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT)  # fmt: skip
VM = PLAIN.machines[0].name


def model_walk(steps: int) -> float:
    """Steps per processor second of a seeded walk through `replication`, coverage of transitions counted."""
    program, dice = Search(RIGHT["replication"].system()).program, random.Random(7)
    known: dict[object, list[tuple[int, object]]] = {}
    seen: set[tuple[object, int]] = set()
    state, began = program.initial, time.process_time()
    for _ in range(steps):
        found = known.get(state)
        if found is None:
            found = known[state] = list(program.successors(state))
        if not found:
            state = program.initial
            continue
        step, after = found[int(dice.random() * len(found))]
        seen.add((state, step))
        state = after  # type: ignore[assignment]
    return steps / (time.process_time() - began)


def lifecycle(subject: Subject, number: int) -> None:
    """Protect, write, drill, fail over, come home, with every byte sealed, and the newest point restored."""
    subject.reset(PLAIN)
    for verb in (Verb.ENABLE, *ROUND_TRIP):
        address = DiskAddress(VM, "disk0")
        subject.write(address, tuple(Write(block, 100 * number + block + 1) for block in range(8)))
        subject.flush(address)
        answer = subject.do(Command(verb, VM))
        assert isinstance(answer, Accepted), (verb, answer)
        subject.settle()
        subject.advance(310_000)
    seen = subject.observe(VM)
    assert seen.regions.protection is Protection.PROTECTED
    subject.restore(VM, seen.points[-1].name)


def lifecycles(count: int) -> float:
    """Whole lifecycles per processor minute."""
    with scratch():
        subject = factory(HONEST)()
        lifecycle(subject, 0)
        began = time.process_time()
        for number in range(count):
            lifecycle(subject, number)
        spent = time.process_time() - began
        subject.close()
    return 60 * count / spent


def main_lines() -> None:
    """Print the three speeds beside their goals."""
    print(f"model walk                     {model_walk(STEPS):12,.0f} steps/s of a core          goal ≥ 200,000")
    print(f"lifecycles in simulation       {2 * lifecycles(LIFECYCLES):12,.0f} a minute of two cores      goal ≥ 1,000")
    began = time.process_time()
    run = ByteRun(list(TARGETS.values()), 7).go(28_000)
    rate = run.total / (time.process_time() - began)
    print(
        f"byte inputs                    {rate:12,.0f} executions/s; 10⁷ take {1e7 / rate / 60:.0f} min   goal a week"
    )
