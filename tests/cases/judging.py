"""Runs single cases against a subject and tells the verdict in one word; no runner, no carrier."""

import re

from siteproof.conformance import verify
from siteproof.conformance.case import Case, all_cases, find
from siteproof.conformance.lab import Lab
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Subject

SEED = 7
PYTHON = re.compile(
    r"[\[\]{}]|\(['\"(]|[\w)'\"],\)|\b(None|True|False|frozenset|set)\b|<\w|\b\w+\(\w+=|\b[A-Z]\w*\.[A-Z]{2,}"
)


def verdict(case: Case | str, subject: Subject, seed: int = SEED) -> tuple[str, Lab]:
    """The verdict's name and the lab with its trace."""
    lab = Lab(subject, CORE, seed)
    chosen = find(case) if isinstance(case, str) else case
    if any(need not in lab.description.capabilities for need in chosen.needs):
        return "unsupported", lab
    return _run(chosen, lab), lab


def python_in(text: str) -> list[str]:
    """What of a verdict's text only a reader of Python understands: brackets, quotes, names of its values."""
    return [found[0] for found in PYTHON.finditer(text)]


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
