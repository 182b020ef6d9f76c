"""One attempt at one case: from what the case raised, or did not raise, to a CaseResult.

Rule: every way a case can end stands in the table `ENDINGS`; whatever is not in it is an error and never a pass.
"""

import traceback
from collections.abc import Callable
from typing import Any

from attrs import evolve

from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.case import Case
from siteproof.conformance.lab import Lab
from siteproof.conformance.needs import lacking, provider_of
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.verify import Dishonest, Failed, Inconclusive, NonStrict
from siteproof.conformance.worlds.staging import Staging
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Description, Unsupported
from siteproof.model.spec.registry import requirements


class Attempt:
    """Runs one case once and keeps what it saw, so that even a hung case shows how far it came."""

    def __init__(
        self, case: Case, description: Description, profile: Profile, seed: int, world: World = PLAIN, breadth: int = 1
    ) -> None:
        """`description` is what the subject said of itself at the beginning of the run."""
        self._staging = Staging(world)
        self._breadth = breadth
        self._case = case
        self._description = description
        self._profile = profile
        self._seed = seed
        self._lab: Lab | None = None

    def run(self, carrier: Carrier) -> CaseResult:
        """Judge the subject; CarrierBroken passes through, because the subject needs replacing."""
        try:
            self._lab = Lab(carrier, self._profile, self._seed, self._staging, self._breadth)
            self._case.run(self._lab)
        except CarrierBroken:
            raise
        except Exception as error:  # noqa: BLE001  (a case's end is data, whatever it is)
            return self.ended_by(error)
        return self._passed()

    def ended_by(self, error: Exception) -> CaseResult:
        """The result of a case that ended with this exception."""
        for kind, result in ENDINGS:
            if isinstance(error, kind):
                return evolve(self._blank(), **result(self, error))
        return evolve(self._blank(), verdict=Verdict.ERROR, detail=f"a defect of the case itself: {_where(error)}")

    def not_started(self) -> CaseResult | None:
        """The result when the subject does not declare what the case needs."""
        lack = lacking(self._case.needs, self._description)
        return evolve(self._blank(), verdict=lack[0], detail=lack[1]) if lack else None

    def denial(self, error: Exception) -> dict[str, Any]:
        """Unsupported: dishonest when the capability behind the call was declared."""
        denied = self._lab.watch.denied if self._lab else None
        if denied is None or denied not in self._description.capabilities:
            return {"verdict": Verdict.UNSUPPORTED, "detail": str(error) or "the call is not offered"}
        actual = f"unsupported{f' ({error})' if str(error) else ''}"
        return {"verdict": Verdict.DISHONEST, "expected": f"{denied.value}, as declared", "actual": actual}

    def _passed(self) -> CaseResult:
        assert self._lab is not None
        missing = tuple(name for name in self._case.requires if name not in self._lab.witnessed)
        if not missing:
            return self._blank()
        detail = f"no witness of {', '.join(missing)}"
        return evolve(self._blank(), verdict=Verdict.INCONCLUSIVE, detail=detail, unwitnessed=missing)

    def _blank(self) -> CaseResult:
        return CaseResult(
            case_id=self._case.id,
            sentence=self._case.sentence,
            level=self._case.level.value,
            requirement_ids=self._case.requires,
            verdict=Verdict.PASS,
            seed=self._seed,
            requirement=sentence_of(self._case.requires[0]),
            trace=tuple(self._lab.trace) if self._lab else (),
            provider=provider_of(self._case.needs, self._description),
            needs=tuple(need.value for need in self._case.needs),
            history=tuple(self._lab.watch.history) if self._lab else (),
            world=self._staging.world,
            worlds=(self._staging.as_met(),),
            breadth=self._breadth,
        )


def sentence_of(requirement_id: str) -> str:
    """The catalogue's sentence of a requirement; empty when a case cites an id of its own."""
    known = {each.id: each.sentence for each in requirements.requirements()}
    return known.get(requirement_id, "")


def _failed(_: Attempt, error: Failed) -> dict[str, Any]:
    return {
        "verdict": Verdict.FAIL,
        "expected": error.expected,
        "actual": error.actual,
        "detail": error.detail,
        **({"violated": error.of, "requirement": sentence_of(error.of)} if error.of else {}),
    }


def _dishonest(_: Attempt, error: Dishonest) -> dict[str, Any]:
    return {"verdict": Verdict.DISHONEST, "expected": error.expected, "actual": error.actual}


def _refused(_: Attempt, error: Refused) -> dict[str, Any]:
    return {"verdict": Verdict.FAIL, "expected": "the call is answered", "actual": f"refused: {error}"}


def _problem(_: Attempt, error: Problem) -> dict[str, Any]:
    return {"verdict": Verdict.ERROR, "detail": f"{error.problem}: {error.cause}"}


def _as(verdict: Verdict) -> Callable[[Attempt, Exception], dict[str, Any]]:
    return lambda _, error: {"verdict": verdict, "detail": str(error)}


ENDINGS: tuple[tuple[type[Exception], Callable[[Attempt, Any], dict[str, Any]]], ...] = (
    (Dishonest, _dishonest),
    (Failed, _failed),
    (Inconclusive, _as(Verdict.INCONCLUSIVE)),
    (NonStrict, _as(Verdict.NON_STRICT)),
    (Unsupported, Attempt.denial),
    (Refused, _refused),
    (SubjectFailed, _as(Verdict.ERROR)),
    (Problem, _problem),
)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
