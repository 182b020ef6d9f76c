"""The suite inside of somebody's own tests: two lines, and each case is a test of its own.

    from siteproof.conformance.pytest_suite import suite
    test_siteproof = suite("my_adapter:make_subject")

Rule: only a pass passes. A failure is a failed test, what could not be judged is skipped with its reason, and what is
known to be wrong is an expected failure that has to stay one.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from siteproof.conformance import expectations
from siteproof.conformance.carriers.target import TargetKind, from_here
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.choice import cases_called
from siteproof.conformance.render.text import SHOWN_IN_FULL, block
from siteproof.conformance.request import TIMEOUT_SECONDS, Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.profile import CORE, Profile


def suite(
    target: str,
    cases: Iterable[str] = (),
    *,
    kind: str = "python",
    profile: Profile = CORE,
    seed: int = 0,
    timeout_seconds: float = TIMEOUT_SECONDS,
    own_target: bool = False,
    expect: str | Path | None = None,
    date: dt.date | None = None,
) -> Callable[..., None]:
    """A test function over the cases (all when none is named) for the subject called `target`.

    `kind` is `python` (package.module:factory), `cmd` or `url`. `own_target` says that a target which does not call
    itself throw-away may be erased. `expect` is a file as for `conform --expect`; its waivers are read as of `date`
    (all in force when None). Problem when a name leads nowhere.
    """
    import pytest  # noqa: PLC0415  (whoever judges without pytest does not have it)

    every = all_cases()
    chosen = [case for name in cases for case in cases_called(name, every)] or every
    known = _expected(expect, every)
    make = from_here(TargetKind(kind), target).factory()

    @pytest.mark.parametrize("case", chosen, ids=[case.id for case in chosen])
    def test(case: Case) -> None:
        asked = Request(
            make, [case], profile=profile, seed=seed, timeout_seconds=timeout_seconds, own_target=own_target
        )
        report = judge(asked)
        _end(pytest, expectations.compared(report, known, date or dt.date.min), known.of(case.id), report.results[0])

    test.__doc__ = f"Every case of siteproof's suite against {target}."
    return test


def _expected(file: str | Path | None, cases: tuple[Case, ...]) -> expectations.Expectations:
    if file is None:
        return expectations.Expectations()
    return expectations.read(Path(file).read_bytes(), str(file), cases)


def _end(pytest: Any, outcome: expectations.ExpectationOutcome, known: Verdict | None, result: Any) -> None:
    if outcome.better:
        pytest.fail(f"better than known: {'; '.join(outcome.better)}", pytrace=False)
    if result.verdict is Verdict.PASS:
        return
    if known is result.verdict or outcome.waived:
        pytest.xfail("; ".join(outcome.waived) or f"known as {result.verdict.value}")
    if result.verdict in SHOWN_IN_FULL:
        pytest.fail(block(result), pytrace=False)
    pytest.skip(f"{result.verdict.value}: {result.detail}")
