"""SARIF 2.1.0 for code hosts: a rule per requirement, a result per case, the trace as a code flow.

Rule: only a failure has the kind `fail`; what was not judged is open or not applicable, so that no list of alerts shows
a missing feature as a defect, nor hides one.
"""

import json
from typing import Any

from siteproof.conformance.render.headline import headline
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.spec.registry import requirements

KINDS = {
    Verdict.FAIL: "fail",
    Verdict.DISHONEST: "fail",
    Verdict.ERROR: "open",
    Verdict.INCONCLUSIVE: "open",
    Verdict.UNSUPPORTED: "notApplicable",
    Verdict.NON_STRICT: "review",
    Verdict.PASS: "pass",
}
LEVELS = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}


def sarif(record: RecordedRun) -> str:
    """The run as a SARIF log."""
    report = record.report
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "siteproof", "version": record.head.version, "rules": _rules(report)}},
        "results": [_result(case) for case in report.results] if report else [],
        "invocations": [_invocation(record)],
        "properties": {"seed": record.head.seed, "spec": record.head.spec_digest, "profile": record.head.profile.name},
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _invocation(record: RecordedRun) -> dict[str, Any]:
    said = headline(record.report) if record.report else record.end.headline if record.end else ""
    return {
        "executionSuccessful": bool(record.report and not record.report.stopped),
        "exitCode": record.end.exit_code if record.end else int(record.report.exit_code) if record.report else 3,
        "toolExecutionNotifications": [{"level": "note", "message": {"text": said or "the run was cut short"}}],
    }


def _rules(report: Report | None) -> list[dict[str, Any]]:
    named = {name for case in report.results for name in case.speaks_of} if report else set()
    return [_rule(each) for each in requirements.requirements() if each.id in named]


def _rule(each: requirements.Requirement) -> dict[str, Any]:
    return {
        "id": each.id,
        "shortDescription": {"text": each.sentence},
        "help": {"text": f"siteproof explain {each.id}"},
        "defaultConfiguration": {"level": LEVELS[each.level.value]},
        "properties": {"tags": [each.chapter, each.level.value]},
    }


def _result(case: CaseResult) -> dict[str, Any]:
    kind = KINDS[case.verdict]
    found: dict[str, Any] = {
        "ruleId": case.named[0],
        "kind": kind,
        "level": LEVELS[case.level] if kind == "fail" else "none",
        "message": {"text": _message(case)},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": f"{case.chapter}/{case.case_id}", "kind": "member"}]}
        ],
        "partialFingerprints": {"case/v1": f"{case.case_id}/{case.violated or case.verdict.value}"},
        "properties": {"case": case.case_id, "verdict": case.verdict.value, "provider": case.provider.value},
    }
    if kind == "fail" and case.trace:
        found["codeFlows"] = [{"threadFlows": [{"locations": [_step(step.text, step.diff) for step in case.trace]}]}]
    return found


def _step(text: str, diff: str) -> dict[str, Any]:
    return {"location": {"message": {"text": f"{text}  {diff}".strip()}}}


def _message(case: CaseResult) -> str:
    said = f"expected {case.expected}; actual {case.actual}" if case.expected else case.detail
    words = [f"{case.verdict.value}: {case.sentence}", said, case.replay]
    return " · ".join(word for word in words if word)
