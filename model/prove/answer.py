"""Asks the solver; an answer that it owes because somebody interrupted it is none, and ends the proof.

Rule: `unknown` is a verdict (undecided) only when the solver gave up by itself, for want of time or of a method.
"""

from typing import Any

import z3

CUT_SHORT = ("interrupted", "cancel")
"""How the solver's reasons begin when it was stopped from outside; a timeout says `timeout`."""


def answer(solver: Any, *assumptions: Any) -> Any:
    """What the solver says: sat, unsat or unknown; KeyboardInterrupt when it was stopped before it could tell."""
    found = solver.check(*assumptions)
    if found == z3.unknown and solver.reason_unknown().startswith(CUT_SHORT):
        raise KeyboardInterrupt
    return found
