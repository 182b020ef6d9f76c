"""Bad input gets one clear error: problem, cause, hint (exit code 2; 3 when a subject cannot be judged)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a siteproof command returns to the shell (docs/design.md, Users)."""

    OK = 0
    VIOLATION = 1
    USAGE = 2
    CANNOT_JUDGE = 3
    OUR_BUG = 4
    NOTHING_RAN = 5
    INTERRUPTED = 130


class Problem(Exception):  # noqa: N818  (it names what the user sees)
    """Something outside of us is wrong; nothing was lost by saying so."""

    def __init__(self, problem: str, cause: str, hint: str, code: ExitCode = ExitCode.USAGE) -> None:
        """`problem` says what went wrong, `cause` why, `hint` what to do next; `code` is the exit code."""
        self.problem = problem
        self.cause = cause
        self.hint = hint
        self.code = code
        super().__init__(problem)

    def __str__(self) -> str:
        """Three lines, ready for a terminal."""
        return f"{self.problem}\n  cause: {self.cause}\n  hint:  {self.hint}"
