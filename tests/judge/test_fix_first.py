"""What a run ends with: what to mend first, what was not judged, and every word that occurred."""

from attrs import evolve

from siteproof.conformance.render.ending import ending, legend, not_judged, occurred
from siteproof.conformance.render.fix_first import fix_first
from siteproof.conformance.render.text import block
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.conformance.words import OF_CASES, WORDS, words_called
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Description, Provider
from siteproof.model.spec.registry.requirements import requirements

NOBODY = Description("a subject", "1", {})


def ruled(rule: str) -> str:
    """The first requirement that only that rule keeps."""
    return next(each.id for each in requirements() if each.rules == (rule,))


MARKS, POINTS = ruled("PT-3"), ruled("PT-2")


def result(number: int, verdict: Verdict, requirement: str, *needs: str, **more: object) -> CaseResult:
    """A case of that verdict."""
    name = f"C-X-{number}"
    return CaseResult(name, f"Case {name}.", "MUST", (requirement,), verdict, needs=needs, **more)  # type: ignore[arg-type]


def report_of(*results: CaseResult) -> Report:
    """A run that came to these results."""
    return Report(NOBODY, CORE, 7, "0.1.0", "9d2e", results, choice="case of a test")


def test_failures_with_one_cause_are_one_group() -> None:
    """Three cases that need resync and are kept by one rule stand before one that is not."""
    every = [result(n, Verdict.FAIL, MARKS, "delta", "resync") for n in (1, 2, 3)]
    every += [result(4, Verdict.FAIL, POINTS, "delta"), result(5, Verdict.PASS, MARKS, "delta")]
    groups = fix_first(every)
    assert [(each.capability, each.rule, each.case_ids) for each in groups] == [
        ("resync", "PT-3", ("C-X-1", "C-X-2", "C-X-3")),
        ("delta", "PT-2", ("C-X-4",)),
    ]
    assert groups[0].sentence.startswith(f"{MARKS} ")


def test_what_passes_acquits() -> None:
    """A capability that many passing cases need as well is not the one to blame."""
    failed = [result(n, Verdict.FAIL, MARKS, "crash_points", "hold") for n in (1, 2)]
    passed = [result(n, Verdict.PASS, MARKS, "crash_points") for n in range(3, 13)]
    assert [each.capability for each in fix_first([*failed, *passed])] == ["hold"]
    held = [result(n, Verdict.PASS, MARKS, "hold") for n in range(3, 13)]
    assert [each.capability for each in fix_first([*failed, *held])] == ["crash_points"]


def test_one_rule_is_one_group_whatever_accuses_it() -> None:
    """Failures of one rule that share no capability stand together, under both."""
    apart = [result(1, Verdict.FAIL, MARKS, "delta"), result(2, Verdict.FAIL, MARKS, "hold")]
    (group,) = fix_first([*apart, *(result(n, Verdict.PASS, POINTS, "delta") for n in range(3, 6))])
    assert (group.rule, set(group.capability.split(", ")), group.case_ids) == (
        "PT-3",
        {"delta", "hold"},
        ("C-X-1", "C-X-2"),
    )


def test_what_the_requirements_came_to_is_explained_too() -> None:
    """A requirement whose case failed on another one is inconclusive, and the legend says what that means."""
    both = CaseResult("C-X-9", "Two.", "MUST", (MARKS, POINTS), Verdict.FAIL, violated=MARKS)
    assert "inconclusive" in [word.word for word in occurred(report_of(both))]


def test_every_failure_stands_in_one_group() -> None:
    """Whatever fails, lies or breaks is in exactly one group, and nothing else is."""
    wrong = [result(n, v, MARKS, "delta") for n, v in enumerate((Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR))]
    odd = result(8, Verdict.FAIL, "SP-OF-NOBODY")
    right = [result(n, v, POINTS) for n, v in enumerate(Verdict, 20) if v not in {each.verdict for each in wrong}]
    named = [name for group in fix_first([*wrong, odd, *right]) for name in group.case_ids]
    assert sorted(named) == sorted(each.case_id for each in [*wrong, odd])


def test_the_shortest_trace_is_named_first() -> None:
    """Of a group, the case with the fewest steps is the one to look at, and its replay line is shown."""
    long = result(
        1,
        Verdict.FAIL,
        MARKS,
        "delta",
        trace=(RecordedStep(1, "a", ""), RecordedStep(2, "b", "")),
        replay="replay long",
    )
    short = result(2, Verdict.FAIL, MARKS, "delta", trace=(RecordedStep(1, "a", ""),), replay="replay short")
    told = list(ending(report_of(long, short)))
    assert told[:2] == ["fix first", "  1. delta · PT-3                 2 of 2 failed cases: C-X-2, C-X-1"]
    assert "     replay short" in told


def test_what_could_not_be_judged_is_counted_by_reason() -> None:
    """Ten cases without a clock are one line with their number."""
    lacking = [result(n, Verdict.INCONCLUSIVE, MARKS, detail="no virtual clock") for n in range(10)]
    lacking += [result(11, Verdict.UNSUPPORTED, MARKS, detail="not offered: failback")]
    assert list(not_judged(report_of(*lacking))) == [
        "not judged",
        "   10 cases inconclusive: no virtual clock",
        "    1 case unsupported: not offered: failback",
    ]


def test_the_legend_explains_what_occurred_and_nothing_else() -> None:
    """Every verdict of the run, and the word that the run came to."""
    every = tuple(result(n, verdict, MARKS) for n, verdict in enumerate(Verdict))
    assert [word.word for word in occurred(report_of(*every))] == [*Verdict, "NOT CONFORMANT"]
    passed = report_of(evolve(every[-1], provider=Provider.ADAPTER))
    assert [word.word for word in occurred(passed)] == ["pass", "by the adapter only", "NOT CONFORMANT"]
    told = "\n".join(legend(passed))
    assert "exit code 1" in told
    assert OF_CASES[Verdict.DISHONEST].means not in told


def test_every_word_is_known_by_every_form() -> None:
    """Whatever a run prints of a verdict leads to its meaning."""
    for word in WORDS:
        for form in (word.word, word.word.upper(), *word.forms):
            assert word in words_called(form)
    assert words_called("nonsense") == ()


def test_a_failure_by_the_adapter_is_not_called_uncounted() -> None:
    """A failure counts whoever provides what the case needs; only a pass of the adapter does not."""
    by_adapter = result(1, Verdict.FAIL, MARKS, provider=Provider.ADAPTER)
    assert "not counted" not in block(by_adapter)
    assert "rests on the adapter" in block(by_adapter)
    assert "not counted" in block(evolve(by_adapter, verdict=Verdict.PASS))
