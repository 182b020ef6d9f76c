"""An oracle: one claim about every look, which serves one requirement of the catalogue.

Rule: an oracle is a function of a look that yields what contradicts it; it remembers nothing and asks nobody. What the
sources leave open it lets pass: honest differences are never wrong.
"""

from collections.abc import Callable, Iterable

from attrs import frozen

from siteproof.conformance.auditor.look import Look
from siteproof.model.nouns.subject import Capability


@frozen
class Wrong:
    """One contradiction: what was expected and what was seen; `of` names the requirement when it is a nearer one."""

    expected: str
    actual: str
    of: str = ""
    denies: Capability | None = None  # it contradicts a declared handle of the bench, not a requirement


Judge = Callable[[Look], Iterable[Wrong]]


@frozen
class Oracle:
    """`sentence` is what has to be true; it is asked only of subjects that declare what it `needs`."""

    name: str
    requirement: str
    sentence: str
    needs: tuple[Capability, ...]
    judge: Judge


def oracle(requirement: str, *needs: Capability) -> Callable[[Judge], Oracle]:
    """Make the decorated function an oracle; its docstring's first line is the sentence."""

    def made(judge: Judge) -> Oracle:
        assert judge.__doc__, f"oracle {judge.__name__} needs a sentence"
        return Oracle(judge.__name__, requirement, judge.__doc__.strip().splitlines()[0], needs, judge)

    return made
