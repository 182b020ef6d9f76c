"""Runs single cases against a subject and tells the verdict in one word; no runner, no carrier."""

from siteproof.conformance import verify
from siteproof.conformance.case import Case, all_cases, find
from siteproof.conformance.lab import Lab
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Subject

SEED = 7


def verdict(case: Case | str, subject: Subject, seed: int = SEED) -> tuple[str, Lab]:
    """The verdict's name and the lab with its trace."""
    lab = Lab(subject, CORE, seed)
    chosen = find(case) if isinstance(case, str) else case
    if any(need not in lab.description.capabilities for need in chosen.needs):
        return "unsupported", lab
    return _run(chosen, lab), lab


def _run(case: Case, lab: Lab) -> str:
    try:
        case.run(lab)
    except verify.Failed as failed:
        return f"fail: {failed}"
    except verify.Inconclusive as inconclusive:
        return f"inconclusive: {inconclusive.reason}"
    except verify.NonStrict as loose:
        return f"non-strict: {loose.reason}"
    return "pass"


def chapters() -> list[str]:
    """The chapters of the suite."""
    return sorted({case.chapter for case in all_cases()})
