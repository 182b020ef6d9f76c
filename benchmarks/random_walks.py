"""How much of a model random walks see, beside the search that sees all of it (docs/random-testing.md)."""

import random

from siteproof.model.engines.explore.search import Search
from siteproof.model.spec.registry.specs import RIGHT

STEPS, WALKS = 50, (100, 300, 1000, 3000, 10000)


def seen(search: Search, walks: int, chance: random.Random) -> tuple[float, float]:
    """The shares of states and transitions that so many walks from the initial state meet."""
    program = search.program
    states, edges = {program.initial}, set()
    for _ in range(walks):
        state = program.initial
        for _ in range(STEPS):
            found = program.successors(state)
            if not found:
                break
            step, after = found[chance.randrange(len(found))]
            edges.add((state, step))
            states.add(after)
            state = after
    return len(states) / len(search.states), len(edges) / search.transitions


def main() -> None:
    """Print one line for each number of walks."""
    search = Search(RIGHT["replication"].system()).run()
    print(f"replication: {len(search.states):,} states, {search.transitions:,} transitions, seed 0")
    for walks in WALKS:
        states, edges = seen(search, walks, random.Random(0))
        print(f"{walks:>6,} walks of {STEPS} steps: {states:6.1%} of the states, {edges:6.1%} of the transitions")
