"""An audit as JUnit XML: a test case for each check, which fails for what is new and worse than a note."""

import xml.etree.ElementTree as ET  # only writes; nothing is ever parsed with it

from siteproof.conformance.audit.audit import CHECKS, Audit
from siteproof.conformance.audit.check import AuditFinding, Severity
from siteproof.conformance.render.junit import clean


def as_junit(audit: Audit) -> str:
    """The audit as a JUnit document."""
    failing = [each for each in audit.new if each.severity is not Severity.NOTE]
    root = ET.Element("testsuites", name="siteproof")
    failed = len({each.check.id for each in failing})
    suite = ET.SubElement(root, "testsuite", name="audit", tests=str(len(CHECKS)), failures=str(failed), errors="0")
    for check in CHECKS:
        case = ET.SubElement(suite, "testcase", name=clean(f"{check.id} {check.holds}"), classname="audit")
        mine = [each for each in failing if each.check is check]
        if mine:
            message = clean(mine[0].sentence) + (f", and {len(mine) - 1} more" if len(mine) > 1 else "")
            ET.SubElement(case, "failure", type=check.severity.value, message=message).text = clean(_told(mine))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _told(found: list[AuditFinding]) -> str:
    return "\n".join([*(f"{each.place}: {each.field}: {each.sentence}" for each in found), found[0].check.remedy])
