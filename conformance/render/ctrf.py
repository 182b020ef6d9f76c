"""CTRF, the common test report format: one test per case, for dashboards that take results of any tool.

Rule: only `pass` is passed. The format asks for times, and gets those of the record: its date, and what cases took.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from siteproof.conformance.results import RecordedRun
from siteproof.conformance.verdict import CaseResult, Verdict

STATUS = {
    Verdict.FAIL: "failed",
    Verdict.DISHONEST: "failed",
    Verdict.ERROR: "failed",
    Verdict.INCONCLUSIVE: "other",
    Verdict.UNSUPPORTED: "skipped",
    Verdict.NON_STRICT: "other",
    Verdict.PASS: "passed",
}


def ctrf(record: RecordedRun, times: Mapping[str, float] | None = None) -> str:
    """The run as a CTRF document; `times` says in seconds how long the cases took."""
    took = times or {}
    tests = [_test(case, took.get(case.case_id, 0.0)) for case in record.report.results] if record.report else []
    start = _start_ms(record.head.date)
    states = [test["status"] for test in tests]
    counts = {name: states.count(name) for name in ("passed", "failed", "pending", "skipped", "other")}
    stop = start + sum(test["duration"] for test in tests)
    summary = {"tests": len(tests), **counts, "start": start, "stop": stop}
    described = record.head.description
    content = {
        "tool": {"name": "siteproof", "version": record.head.version},
        "summary": summary,
        "tests": tests,
        "environment": {
            "appName": described.name if described else "",
            "appVersion": described.version if described else "",
            "extra": {"seed": record.head.seed, "spec": record.head.spec_digest, "profile": record.head.profile.name},
        },
    }
    document = {"reportFormat": "CTRF", "specVersion": "0.0.0", "results": content}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _start_ms(date: str) -> int:
    try:
        day = dt.datetime.combine(dt.date.fromisoformat(date), dt.time(), dt.UTC)
    except ValueError:
        return 0
    return int(day.timestamp() * 1000)


def _test(case: CaseResult, seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": f"{case.case_id} {case.sentence}",
        "status": STATUS[case.verdict],
        "duration": round(seconds * 1000),
        "suite": [case.chapter],
        "rawStatus": case.verdict.value,
        "tags": [*case.named, case.level],
        "flaky": case.flaky,
    }
    if case.verdict is not Verdict.PASS:
        said = f"expected {case.expected}; actual {case.actual}" if case.expected else case.detail
        found |= {"message": said, "trace": "\n".join(f"{each.number} {each.text}  {each.diff}" for each in case.trace)}
    return found
