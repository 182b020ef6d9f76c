"""What a proof is, and what is told where there is none.

Rule: values only; who proves stands in induction.py and every_size.py.
"""

from attrs import field, frozen


@frozen
class Gap:
    """Where the induction fails: an action (or the initial state) and the goal that it does not keep.

    `before` and `after` map variables to values; `before` may be unreachable: then a lemma is missing. As many of its
    values as possible are initial ones. `read` are the variables that the action or the goal speaks of, `bounds` the
    values of the bounds that were left open. `undecided` says that the solver gave up.
    """

    rule: str
    action: str
    goal: str
    goal_rule: str
    before: dict[str, str]
    after: dict[str, str]
    undecided: bool = False
    read: tuple[str, ...] = ()
    bounds: dict[str, int] = field(factory=dict)

    @property
    def changes(self) -> tuple[str, ...]:
        """The variables that the action changes."""
        return tuple(name for name, value in self.before.items() if self.after[name] != value)


@frozen
class Proof:
    """The result: it is a proof when there is no gap. `queries` counts what the solver was asked.

    It holds at `bounds`, and for every value of the bounds named in `every`. `compared` are the sizes at which the
    specification was built and found to be what the proof for every size takes it for.
    """

    spec: str
    bounds: dict[str, int]
    every: tuple[str, ...]
    goals: tuple[str, ...]
    queries: int
    gaps: tuple[Gap, ...]
    compared: tuple[int, ...] = ()

    @property
    def proved(self) -> bool:
        """Every goal holds in every reachable state."""
        return not self.gaps
