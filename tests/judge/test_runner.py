"""The runner: whatever a subject does becomes one verdict, and nothing but a witnessed pass is a pass."""

import threading
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from siteproof.conformance import results, verify
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.carriers.watch import RecordingCarrier
from siteproof.conformance.case import Case, Level
from siteproof.conformance.coverage.events import Begin, Do, Passes, ShownState, state_name
from siteproof.conformance.lab import Lab
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.runner import SMOKE, judge
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import Capability, Description, DiskAddress, FaultKind, Provider, Unsupported, Write
from siteproof.model.nouns.vocabulary import Place, Verb
from tests.judge import judge_cases
from tests.judge.adapters.tiny import Tiny
from tests.judge.judge_cases import case_of


def only(case: Case, subject: type[Tiny] = Tiny, **options: Any) -> CaseResult:
    """The result of that one case."""
    return judge(Request(subject, [case], **options)).results[0]


def test_a_witnessed_case_passes() -> None:
    """A case that saw what it speaks of passes, and the run's exit code is 0."""
    report = judge(Request(Tiny, [case_of(judge_cases.protects)]))
    assert [result.verdict for result in report.results] == [Verdict.PASS]
    assert report.exit_code is ExitCode.OK


@pytest.mark.parametrize(
    ("function", "verdict", "code"),
    [
        (judge_cases.fails, Verdict.FAIL, ExitCode.VIOLATION),
        (judge_cases.sees_nothing, Verdict.INCONCLUSIVE, ExitCode.CANNOT_JUDGE),
        (judge_cases.is_lax, Verdict.NON_STRICT, ExitCode.VIOLATION),
        (judge_cases.is_broken, Verdict.ERROR, ExitCode.CANNOT_JUDGE),
    ],
)
def test_every_other_ending_has_its_own_verdict(function: Any, verdict: Verdict, code: ExitCode) -> None:
    """Each way in which a case can end gives its verdict and its exit code; none of them is 0."""
    report = judge(Request(Tiny, [case_of(function)]))
    assert (report.results[0].verdict, report.exit_code) == (verdict, code)


def test_nothing_to_run_is_not_a_pass() -> None:
    """Without a case the exit code is 5."""
    assert judge(Request(Tiny, [])).exit_code is ExitCode.NOTHING_RAN


def test_a_requirement_without_a_witness_does_not_pass() -> None:
    """A case that witnessed one of two requirements passes the one and leaves the other inconclusive."""

    def half(lab: Lab) -> None:
        lab.machine("64 KiB")
        lab.witnessed.add("SP-RES-1")

    report = judge(Request(Tiny, [case_of(half, requires=("SP-RES-1", "SP-RES-2"))]))
    assert {each.id: each.verdict for each in report.requirements} == {
        "SP-RES-1": Verdict.PASS,
        "SP-RES-2": Verdict.INCONCLUSIVE,
    }


def test_a_requirement_is_as_bad_as_its_worst_case() -> None:
    """One failing case of a requirement outweighs one that passes."""
    report = judge(Request(Tiny, [case_of(judge_cases.protects), case_of(judge_cases.fails)]))
    assert [each.verdict for each in report.requirements] == [Verdict.FAIL]


def test_a_feature_that_is_not_offered_is_unsupported_and_not_conformant() -> None:
    """A case that needs an undeclared feature is not run, is unsupported, and the subject is not conformant."""
    report = judge(Request(Tiny, [case_of(judge_cases.fails, needs=(Capability.FAILBACK,))]))
    assert report.results[0].verdict is Verdict.UNSUPPORTED
    assert report.exit_code is ExitCode.VIOLATION


def test_a_missing_handle_of_the_bench_is_inconclusive() -> None:
    """A case that needs a fault which this subject cannot show is inconclusive: exit code 3."""
    report = judge(Request(Tiny, [case_of(judge_cases.protects, needs=(Capability.LINK_FAULTS,))]))
    assert report.results[0].verdict is Verdict.INCONCLUSIVE
    assert report.exit_code is ExitCode.CANNOT_JUDGE


def test_a_should_that_fails_leaves_the_subject_conformant() -> None:
    """Only a MUST decides about conformance."""
    report = judge(
        Request(Tiny, [case_of(judge_cases.protects), case_of(judge_cases.fails, ("SP-RES-34",), Level.SHOULD)])
    )
    assert report.exit_code is ExitCode.OK


def test_what_the_adapter_invents_is_not_counted() -> None:
    """A pass that rests on a capability of the adapter makes nobody conformant."""

    class Invented(Tiny):
        def describe(self) -> Description:
            return evolve(super().describe(), capabilities={Capability.INITIAL_REPLICATION: Provider.ADAPTER})

    report = judge(Request(Invented, [case_of(judge_cases.protects, needs=(Capability.INITIAL_REPLICATION,))]))
    assert report.results[0].verdict is Verdict.PASS
    assert report.results[0].provider is Provider.ADAPTER
    assert report.exit_code is ExitCode.VIOLATION


class Boasts(Tiny):
    """Declares link faults and has none."""

    def describe(self) -> Description:
        """One capability too many."""
        return evolve(super().describe(), capabilities={Capability.LINK_FAULTS: Provider.PRODUCT})


def cuts(lab: Lab) -> None:
    """Cuts the link."""
    lab.fault(FaultKind.LINK_DOWN, lab.machine("64 KiB"))


def test_a_declared_capability_that_is_denied_is_a_lie() -> None:
    """Unsupported for a declared capability is dishonest (exit code 1); for an undeclared one it is unsupported."""
    report = judge(Request(Boasts, [case_of(cuts, level=Level.SHOULD)]))
    assert report.results[0].verdict is Verdict.DISHONEST
    assert report.exit_code is ExitCode.VIOLATION
    assert only(case_of(cuts)).verdict is Verdict.UNSUPPORTED


class Raises(Tiny):
    """Fails inside a write."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """A defect of the subject."""
        if address.place is Place.RECOVERY:  # who is off is asked by every case
            super().write(address, writes)
        raise ZeroDivisionError("inside the subject")


def test_an_exception_of_the_subject_is_data() -> None:
    """A subject's exception makes its case an error, names the call, and the run goes on."""
    report = judge(Request(Raises, [case_of(judge_cases.writes), case_of(judge_cases.protects)]))
    assert [result.verdict for result in report.results] == [Verdict.ERROR, Verdict.PASS]
    assert "`write` failed inside the subject: ZeroDivisionError" in report.results[0].detail


def test_an_answer_of_another_shape_is_data() -> None:
    """A subject that answers something else than the contract says is in error; no case ever sees that answer."""

    class Shapeless(Tiny):
        def do(self, command: Command) -> Answer:
            del command
            answer: Any = "yes"
            return answer  # type: ignore[no-any-return]  # the point of this subject

    result = only(case_of(judge_cases.protects), Shapeless)
    assert result.verdict is Verdict.ERROR
    assert "answered str" in result.detail


def test_a_refused_call_that_a_case_needs_fails_it() -> None:
    """Refused where the contract promises an answer is a failure, not an error."""

    class Refuses(Tiny):
        def read(self, *_: object) -> Any:
            raise Refused(ErrorCode.RECOVERY_POINT_UNAVAILABLE)

    assert only(case_of(judge_cases.writes), Refuses).verdict is Verdict.FAIL


def test_a_hung_subject_is_let_go_and_the_run_goes_on() -> None:
    """A call that does not come back ends with its case, which is in error; the next case gets a new subject."""
    release = threading.Event()

    class Hangs(Tiny):
        def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
            if address.place is Place.RECOVERY:
                super().write(address, writes)
            release.wait(60)

    try:
        report = judge(Request(Hangs, [case_of(judge_cases.writes), case_of(judge_cases.protects)], timeout_seconds=6))
    finally:
        release.set()
    assert [result.verdict for result in report.results] == [Verdict.ERROR, Verdict.PASS]
    assert "hangs in `write`" in report.results[0].detail
    assert report.results[0].trace[0].text.startswith("reset")


def test_an_adapter_that_keeps_breaking_ends_the_run() -> None:
    """After three broken cases in a row the run stops and says so; what was judged stays."""
    release = threading.Event()

    class Hangs(Tiny):
        def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
            if address.place is Place.RECOVERY:
                super().write(address, writes)
            release.wait(60)

    try:
        report = judge(Request(Hangs, [case_of(judge_cases.writes)] * 5, timeout_seconds=3))
    finally:
        release.set()
    assert len(report.results) == 3
    assert "in 3 cases in a row" in report.stopped
    assert report.exit_code is ExitCode.CANNOT_JUDGE


def test_a_failure_that_does_not_come_back_is_flaky() -> None:
    """What went wrong is tried once more; another verdict the second time is reported, and it stays a failure."""
    runs: list[int] = []

    def sometimes(lab: Lab) -> None:
        lab.machine("64 KiB")
        runs.append(1)
        verify.equal(len(runs), 2, "the run")

    result = only(case_of(sometimes))
    assert result.flaky
    assert result.verdict is Verdict.FAIL
    assert "a second run came out as pass" in result.detail


def test_a_failure_that_comes_back_is_not_flaky() -> None:
    """The same verdict twice is simply that verdict."""
    assert not only(case_of(judge_cases.fails)).flaky


def test_an_adapter_without_the_least_is_broken_not_failing() -> None:
    """When describe, reset or observe do not work, nothing is judged: exit code 3 and the adapter's name for it."""

    class Blind(Tiny):
        def observe(self, machine: str) -> Observation:
            raise Unsupported(machine)

    with pytest.raises(Problem, match="the adapter is broken") as caught:
        judge(Request(Blind, [case_of(judge_cases.fails)]))
    assert caught.value.code is ExitCode.CANNOT_JUDGE


def test_nothing_starts_against_a_subject_that_is_not_ours() -> None:
    """Without consent nothing but `describe` is called on a subject that does not call itself a throw-away one."""
    calls: list[str] = []

    class Foreign(Tiny):
        def describe(self) -> Description:
            return evolve(super().describe(), ours=False)

        def reset(self, *_: object) -> None:
            calls.append("reset")

    with pytest.raises(Problem, match="nothing was started") as caught:
        judge(Request(Foreign, [case_of(judge_cases.protects)]))
    assert caught.value.code is ExitCode.NOTHING_RAN
    assert calls == []
    judge(Request(Foreign, [case_of(judge_cases.protects)], own_target=True))
    assert calls


def test_the_record_tells_the_same_as_the_report(tmp_path: Path) -> None:
    """What is read back from results.ndjson equals the report that judge returned."""
    path = tmp_path / "results.ndjson"
    report = judge(
        Request(Tiny, [case_of(judge_cases.protects), case_of(judge_cases.fails)], seed=7, keeping=Keeping(path))
    )
    assert results.read(path).report == report


def test_each_result_is_on_disk_before_the_next_case(tmp_path: Path) -> None:
    """When a case begins, the results of all cases before it are in the record."""
    path = tmp_path / "results.ndjson"
    seen: list[int] = []

    def counts(lab: Lab) -> None:
        found = results.read(path).report
        seen.append(len(found.results) if found else -1)
        judge_cases.protects(lab)

    judge(Request(Tiny, [case_of(counts)] * 3, keeping=Keeping(path)))
    assert seen == [0, 1, 2]


def test_a_result_is_on_disk_before_anybody_hears_of_it(tmp_path: Path) -> None:
    """Whoever listens to results may crash: what it was told is in the record already."""
    path = tmp_path / "results.ndjson"
    seen: list[int] = []

    def listen(_: CaseResult) -> None:
        report = results.read(path).report
        seen.append(len(report.results) if report else -1)

    judge(Request(Tiny, [case_of(judge_cases.protects)] * 2, keeping=Keeping(path)), listen)
    assert seen == [1, 2]


def test_the_same_three_give_the_same_result() -> None:
    """Two runs with the same version, seed and options are equal, wall time apart."""
    cases = [case_of(judge_cases.protects), case_of(judge_cases.writes), case_of(judge_cases.fails)]
    assert judge(Request(Tiny, cases, seed=3)) == judge(Request(Tiny, cases, seed=3))


def test_the_states_that_were_seen_are_counted() -> None:
    """A case records which lifecycle states the subject showed and what was tried in them."""
    result = only(case_of(judge_cases.protects))
    shown = [state_name(event) for event in result.history if isinstance(event, ShownState)]
    assert shown == ["forward/primary/unprotected", "forward/primary/protected"]
    assert [event for event in result.history if isinstance(event, Do)] == [Do(Verb.ENABLE, "vm1")]


def test_a_command_is_recorded_behind_the_state_that_was_seen() -> None:
    """After an accepted command no state is recorded until somebody looks; nothing is guessed."""
    watch = RecordingCarrier(InProcess(Tiny()))
    watch.reset(SMOKE)
    watch.observe("smoke")
    for _ in range(2):
        watch.do(Command(Verb.ENABLE, "smoke"))
    kinds = [type(event) for event in watch.history]
    assert kinds == [Begin, ShownState, Do, Do]


def test_a_state_of_another_type_is_not_recorded(tmp_path: Path) -> None:
    """A Python subject may answer anything: the record of the run stays readable, and the case says what is wrong."""

    class Odd(Tiny):
        def observe(self, machine: str) -> Observation:
            seen = super().observe(machine)
            asleep: Any = "asleep"
            return seen if machine == "smoke" else evolve(seen, regions=evolve(seen.regions, protection=asleep))

    path = tmp_path / results.FILE_NAME
    report = judge(Request(Odd, [case_of(judge_cases.protects)], keeping=Keeping(path)))
    assert report.results[0].verdict is not Verdict.PASS
    assert not [event for event in report.results[0].history if isinstance(event, ShownState)]
    assert results.read(path).report == report


def test_a_state_that_may_be_old_is_recorded_as_such() -> None:
    """A command that follows a settle without a look in between is not asked in the state that was seen before."""
    watch = RecordingCarrier(InProcess(Tiny()))
    watch.reset(SMOKE)
    watch.observe("smoke")
    watch.settle()
    watch.do(Command(Verb.ENABLE, "smoke"))
    assert [type(event) for event in watch.history] == [Begin, ShownState, Passes, Do]
