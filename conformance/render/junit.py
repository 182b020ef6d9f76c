"""JUnit XML for build servers: one test case per case, grouped by chapter.

Rule: only `pass` is a success. Fail and dishonest are failures, error is an error, everything else is skipped with its
reason, so that no dashboard shows more green than there is.
"""

import xml.etree.ElementTree as ET  # only writes; nothing is ever parsed with it
from collections.abc import Mapping

from siteproof.conformance.results import RecordedRun
from siteproof.conformance.verdict import CaseResult, Verdict

TAGS = {
    Verdict.FAIL: "failure",
    Verdict.DISHONEST: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONCLUSIVE: "skipped",
    Verdict.UNSUPPORTED: "skipped",
    Verdict.NON_STRICT: "skipped",
}


def junit(record: RecordedRun, times: Mapping[str, float] | None = None) -> str:
    """The run as a JUnit document; `times` says in seconds how long the cases took."""
    root = ET.Element("testsuites", name="siteproof")
    cases = record.report.results if record.report else ()
    for chapter in dict.fromkeys(case.chapter for case in cases):
        _suite(root, chapter, [case for case in cases if case.chapter == chapter], times or {})
    if record.end is not None and record.end.stopped:
        _stopped(root, record.end.stopped)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, chapter: str, cases: list[CaseResult], times: Mapping[str, float]) -> None:
    kinds = [TAGS.get(case.verdict, "") for case in cases]
    counts = {name: str(kinds.count(tag)) for name, tag in _COUNTED.items()}
    seconds = f"{sum(times.get(case.case_id, 0.0) for case in cases):.3f}"
    suite = ET.SubElement(root, "testsuite", {"name": chapter, "tests": str(len(cases)), "time": seconds} | counts)
    for case in cases:
        _case(suite, case, times.get(case.case_id, 0.0))


_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _case(suite: ET.Element, case: CaseResult, seconds: float) -> None:
    name = clean(f"{case.case_id} {case.sentence}")
    element = ET.SubElement(suite, "testcase", name=name, classname=suite.get("name", ""), time=f"{seconds:.3f}")
    tag = TAGS.get(case.verdict)
    if tag is not None:
        ET.SubElement(element, tag, type=case.verdict.value, message=clean(_message(case))).text = clean(_text(case))


def _stopped(root: ET.Element, why: str) -> None:
    suite = ET.SubElement(root, "testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
    element = ET.SubElement(suite, "testcase", name="the run reached its end", classname="run")
    ET.SubElement(element, "error", type="stopped", message=clean(why))


def _message(case: CaseResult) -> str:
    said = f"expected {case.expected}; actual {case.actual}" if case.expected else case.detail
    return f"{case.verdict.value}: {said}"


def _text(case: CaseResult) -> str:
    steps = [f"{step.number} {step.text}  {step.diff}".rstrip() for step in case.trace]
    return "\n".join([case.requirement, *steps, case.replay]).strip()


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return "".join(char if _allowed(ord(char)) else "\ufffd" for char in text)


def _allowed(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
