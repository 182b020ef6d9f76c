"""Liars: how a lie is registered with the case that has to catch it.

Rule: a lie that survives the suite gets a case first, and then its miniature in `liars_about_data` or `liars_in_words`.
"""

from collections.abc import Callable

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine

LIARS: dict[type[FakeSubject], str] = {}


def caught_by(case_id: str) -> Callable[[type[FakeSubject]], type[FakeSubject]]:
    """The case that has to catch the decorated liar."""

    def register(liar: type[FakeSubject]) -> type[FakeSubject]:
        LIARS[liar] = case_id
        return liar

    return register


class Wrong(FakeSubject):
    """What liars need: the running job's verb, and an observation that can be embellished."""

    @staticmethod
    def doing(m: FakeMachine) -> Verb | None:
        """The verb of the job that runs."""
        return m.job.verb if m.job else None

    def embellish(self, seen: Observation) -> Observation:
        """Tell the truth."""
        return seen

    def observe(self, machine: str) -> Observation:
        """What there is to see, embellished."""
        return self.embellish(super().observe(machine))
