"""Asks the solver; an answer that it owes because somebody interrupted it is none, and ends the proof.

Rule: `unknown` is a verdict (undecided) only when the solver gave up by itself, for want of time or of a method.
"""

from typing import Any

import z3

CUT_SHORT = ("interrupted", "cancel")
"""How the solver's reasons begin when it was stopped from outside; a timeout says `timeout`."""


def answer(solver: Any, *assumptions: Any) -> Any:
    """What the solver says: sat, unsat or unknown; KeyboardInterrupt when it was stopped before it could tell."""
    _at_work.append(solver.ctx)
    try:
        found = solver.check(*assumptions)
    finally:
        _at_work.pop()
    if found == z3.unknown and solver.reason_unknown().startswith(CUT_SHORT):
        raise KeyboardInterrupt
    return found


_at_work: list[Any] = []


def stop() -> None:
    """Tell the solver that is being asked, in whatever context it works, to return; called from another thread."""
    for context in (z3.main_ctx(), *_at_work):
        context.interrupt()
