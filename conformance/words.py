"""Every word of a verdict, and what it means for whoever was judged: the legend, `explain` and the guide tell the same.

Rule: a word that a run can print stands here, with what it does to the verdict of the whole run.
"""

from attrs import frozen

from siteproof.conformance.verdict import Verdict


@frozen
class Word:
    """One word: the other forms it is printed in, what it means, what it does to the run, what its reader does next."""

    word: str
    forms: tuple[str, ...]
    means: str
    counts: str
    todo: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.means}; {self.counts}"

    def is_called(self, name: str) -> bool:
        """Whether `name` is one of its forms, in upper or lower case, with spaces, hyphens or underscores."""
        return _same(name) in {_same(each) for each in (self.word, *self.forms)}


OF_CASES: dict[Verdict, Word] = {
    Verdict.FAIL: Word(
        "fail",
        ("FAIL", "failed"),
        "the subject did something that the requirement forbids",
        "a MUST that fails makes the run NOT CONFORMANT",
        "read Expected and Actual, then run the line behind Replay: it repeats this case alone",
    ),
    Verdict.DISHONEST: Word(
        "dishonest",
        ("DISHONEST",),
        "a capability was declared, and the subject denied it when it was asked for",
        "NOT CONFORMANT at any level, SHOULD and MAY included",
        "declare in `describe` only what works; what is left out is unsupported, which costs no honesty",
    ),
    Verdict.ERROR: Word(
        "error",
        ("ERROR", "in error"),
        "the subject crashed, hung, answered too late or broke the protocol, so nothing could be judged",
        "the run is INCONCLUSIVE, or NOT CONFORMANT when something else failed",
        "look at the adapter's stderr and at --timeout; the case runs again with a new subject",
    ),
    Verdict.INCONCLUSIVE: Word(
        "inconclusive",
        ("?",),
        "nothing was seen that decides: no handle for it, a scene that never came about, a case that failed before it",
        "a MUST that stays inconclusive keeps the run from being CONFORMANT",
        "offer the handle that is named (a clock, a fault, a counter), or find out why the scene did not come about",
    ),
    Verdict.UNSUPPORTED: Word(
        "unsupported",
        ("-",),
        "the subject says that it does not do this",
        "a MUST that is unsupported is a MUST that is not kept",
        "nothing, if that is meant; otherwise declare the capability and offer it",
    ),
    Verdict.NON_STRICT: Word(
        "non_strict",
        ("LAX", "not strict"),
        "kept in substance, not to the letter",
        "it is shown, and not counted as passed",
        "compare the sentence of the requirement with what is said behind it",
    ),
    Verdict.PASS: Word(
        "pass",
        ("ok", "passed"),
        "the judge saw with its own eyes what the requirement speaks of, and it was kept",
        "counted, when the product itself provides what the case needs",
        "nothing",
    ),
}

OF_REQUIREMENTS: tuple[Word, ...] = (
    Word(
        "by the adapter only",
        ("by the adapter", "by the adapter, not counted", "adapter"),
        "every case passed, with a capability that the adapter invented so that the product could be driven",
        "shown, and not counted for the product",
        "call the provider `product` once the product itself does it",
    ),
    Word(
        "without a case",
        ("no case",),
        "the requirement could be judged, and no case of the suite speaks about it yet",
        "the run says nothing about it; the headline says how many there are",
        "nothing: it is the suite that lacks something",
    ),
    Word(
        "informative",
        (),
        "no subject can be judged on this sentence from outside; the catalogue says why",
        "never counted",
        "nothing",
    ),
    Word(
        "flaky",
        (),
        "a case went wrong, was repeated once, and came out otherwise",
        "the first verdict counts",
        "find what differs between two equal runs: time, chance or something left over",
    ),
)

OF_RUNS: tuple[Word, ...] = (
    Word(
        "CONFORMANT",
        (),
        "every MUST of the profile that a case speaks about passed, on the product's own merit",
        "exit code 0",
        "name version, profile, seed and specification with it, as the headline does",
    ),
    Word(
        "NOT CONFORMANT",
        (),
        "a MUST failed, is unsupported, not strict or provided by the adapter only; or something was dishonest",
        "exit code 1",
        "begin with the first line of `fix first`",
    ),
    Word(
        "INTERRUPTED",
        (),
        "somebody ended the run before its last case; what was judged until then is counted and reported",
        "exit code 130",
        "run it again; what failed until then has failed",
    ),
    Word(
        "INCONCLUSIVE",
        (),
        "nothing failed, but at least one MUST could not be judged, or the run ended too early",
        "exit code 3",
        "see which cases are in error or inconclusive; a run that stopped says why",
    ),
    Word(
        "CANNOT JUDGE",
        (),
        "the adapter gave no usable answer to `describe`, `reset` or `observe`: this says nothing of the product",
        "exit code 3",
        "try `siteproof conform --case C-LC-2` until these three answer",
    ),
    Word("NOTHING RAN", (), "no case was judged", "exit code 5", "choose other cases, or give --i-own-this-target"),
)

WORDS: tuple[Word, ...] = (*OF_CASES.values(), *OF_REQUIREMENTS, *OF_RUNS)


def words_called(name: str) -> tuple[Word, ...]:
    """Every word that has that form: `inconclusive` is one of a case and one of a run."""
    return tuple(each for each in WORDS if each.is_called(name))


def _same(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("-", " ") or name
