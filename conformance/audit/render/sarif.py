"""An audit as SARIF 2.1.0, for code-scanning dashboards: a rule for each check, a result for each finding.

Rule: a finding's mark is its fingerprint, so that a dashboard recognises it in the next audit.
"""

import re
from typing import Any

from siteproof.conformance.audit.audit import CHECKS, Audit
from siteproof.conformance.audit.check import AuditCheck, AuditFinding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(audit: Audit, version: str) -> dict[str, Any]:
    """One run."""
    rules = {each.id: number for number, each in enumerate(CHECKS)}
    results = [_result(each, rules, "new") for each in audit.new]
    results += [_result(each, rules, "unchanged") for each in audit.known]
    driver = {"name": "siteproof", "semanticVersion": version, "rules": [_rule(each) for each in CHECKS]}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(each: AuditCheck) -> dict[str, Any]:
    return {
        "id": each.id,
        "shortDescription": {"text": each.holds},
        "help": {"text": each.remedy},
        "defaultConfiguration": {"level": each.severity.value},
        "properties": {"tags": list(each.requires)},
    }


def _result(each: AuditFinding, rules: dict[str, int], state: str) -> dict[str, Any]:
    logical = {"name": each.name, "fullyQualifiedName": f"{each.place}/{each.field}", "kind": "resource"}
    return {
        "ruleId": each.check.id,
        "ruleIndex": rules[each.check.id],
        "level": each.severity.value,
        "message": {"text": f"{each.sentence}. {each.check.remedy}."},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(each.place)}},
                "logicalLocations": [logical],
            }
        ],
        "partialFingerprints": {"siteproof/v1": each.mark},
        "baselineState": state,
    }


def _uri(place: str) -> str:
    """The file of a place, as a relative address: what an address cannot hold is written as its bytes."""
    file = re.split(r"\.(?:value|responses)\b|\[\d+\]|:\d+$", place)[0].replace("\\", "/")
    return "".join(char if re.match(r"[\w./~-]", char, re.ASCII) else _bytes(char) for char in file)


def _bytes(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="replace"))
