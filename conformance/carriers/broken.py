"""How a carrier fails: the connection is gone, or the subject itself failed while the connection still works.

Rule: whatever a subject does, the judge sees an answer, a refusal, Unsupported, or one of these two. Nothing else.
"""

from siteproof.model.nouns.problem import ExitCode, Problem


class CarrierBroken(Problem):
    """The subject cannot be talked to any more: it died, hung, or broke the protocol. Judging needs a new one."""

    def __init__(self, problem: str, cause: str, hint: str, said: str = "") -> None:
        """A Problem whose exit code says that nothing could be judged; `said` is all that it wrote on stderr."""
        self.said = said
        super().__init__(problem, cause, hint, ExitCode.CANNOT_JUDGE)


class SubjectFailed(Exception):  # noqa: N818  (the subject's failure, not ours)
    """A call raised inside the subject; the subject may be asked again."""

    def __init__(self, op: str, message: str) -> None:
        """`op` is the call's name, `message` what the subject said."""
        self.op = op
        self.message = message
        super().__init__(f"`{op}` failed inside the subject: {message}")
