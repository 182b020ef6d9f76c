"""What a command has proved by the time it is interrupted.

Rule: what was not finished is never told as proved; the queries of an induction count only all together.
"""

import attrs

from siteproof.model.engines.prove.agreement import JudgedMutant


@attrs.define
class ProofProgress:
    """Filled while the command works: whole results in `done`, and the present task with how far it is."""

    done: list[str] = attrs.field(factory=list)
    task: str = ""
    state: str = ""
    count: int = 0
    against: int = 0

    def begin(self, task: str) -> None:
        """The next task; nothing of it is known yet."""
        self.task, self.state, self.count, self.against = task, "nothing of it is known", 0, 0

    def query(self) -> None:
        """One query of an induction was answered."""
        self.count += 1
        self.state = f"{self.count} queries answered; they prove nothing until all are"

    def depth(self, steps: int) -> None:
        """A bounded search has seen all runs of so many steps."""
        self.state = f"no violation within {steps} step{'' if steps == 1 else 's'}"

    def judged(self, mutant: JudgedMutant) -> None:
        """One mutant more was judged."""
        self.count += 1
        self.against += len(mutant.contradictions)
        self.state = f"{self.count} mutants judged, {self.against} contradictions"

    def end(self, result: str) -> None:
        """The present task is finished."""
        self.done.append(f"{self.task}: {result}")
        self.task = ""

    def under_way(self, seconds: float) -> str:
        """The present task and how far it is, for a sign of life."""
        return f"{self.task or 'nothing left'}: {self.state or 'begins'}, {seconds:.0f} s in all"

    def line(self) -> str:
        """All of it, for the moment of an interrupt."""
        left = f"; not finished: {self.task} ({self.state})" if self.task else ""
        return f"interrupted; done until then: {'; '.join(self.done) or 'nothing'}{left}"
