"""Jobs: one scenario per machine at a time, phase by phase, with a failure that leaves what the table says.

`do` puts the machine into the first phase; each step does the work of one phase; the last one ends the job.
"""

import inspect
import itertools
from collections.abc import Callable
from enum import StrEnum

from attrs import define, evolve

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.lifecycle import Change, Course
from siteproof.reference.steps import Steps

Work = Callable[[], Steps | None]  # what a phase does, at once or in steps
PHASE_MS = 1000
FAILS_WITH = {Verb.CANCEL: ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED}  # the catalogue has a code of its own for it


class JobFailed(Exception):  # noqa: N818  (it names what happened)
    """The job cannot go on."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        """Name the error for the machine's events."""
        super().__init__(f"{code.value}: {detail}")
        self.code = code
        self.detail = detail


class JobState(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@define(eq=False)
class Job:
    """One accepted command; `works[i]` is the work of phase i, and there is at least one."""

    name: str
    command: Command
    started_ms: int
    before: Regions
    course: Course
    works: tuple[Work, ...]
    doomed: bool = False
    phase: int = 0
    state: JobState = JobState.RUNNING
    under_way: Steps | None = None  # what is left of the present phase's work

    def __attrs_post_init__(self) -> None:
        """Phases and works belong together; a course without phases is done at once."""
        assert len(self.works) == max(1, len(self.course.during)), self.verb

    @property
    def verb(self) -> Verb:
        """What was asked for."""
        return self.command.verb

    @property
    def machine(self) -> str:
        """The name of the machine."""
        return self.command.machine

    @property
    def entry(self) -> Change:
        """How the present phase shows in the regions."""
        return self.course.during[self.phase] if self.course.during else Change()

    def step(self, steps: int | None = None) -> Change | None:
        """Do the present phase's work and return what moves after it; JobFailed when it cannot be done.

        With a number of `steps` no more of it than that: None says that there is more.
        """
        if self.doomed:
            raise JobFailed(ErrorCode.TARGET_INTERNAL_ERROR, f"{self.verb.value} failed")
        self.under_way = self.under_way or self.works[self.phase]()
        if self.under_way is not None:
            taken = sum(1 for _ in itertools.islice(self.under_way, steps))
            if taken == steps:
                return None
        self.under_way = None
        self.phase += 1
        if self.phase < len(self.works):
            return self.entry
        self.state = JobState.SUCCEEDED
        return self.course.done

    def stop(self) -> None:
        """Nothing more is done of what is under way; a step that is stopped from inside itself breaks off by itself."""
        steps, self.under_way = self.under_way, None
        if steps is not None and inspect.getgeneratorstate(steps) != inspect.GEN_RUNNING:
            steps.close()

    def fail(self, now: Regions) -> Regions:
        """Mark the job failed and return where that leaves the machine; a mark that came meanwhile stays."""
        self.stop()
        self.state = JobState.FAILED
        return self.course.failed_in(self.phase).of(evolve(self.before, resync=now.resync))
