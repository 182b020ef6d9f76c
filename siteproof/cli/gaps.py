"""`siteproof gaps`: the MUST requirements that no case judges, and for each what a case would need or why none can be.

Rule: nothing is left out; a requirement without a reason is exit code 1.
"""

import json
from collections.abc import Iterator
from itertools import groupby

import click

from siteproof.cli.options import format_option
from siteproof.conformance.case import all_cases
from siteproof.conformance.without_a_case import NEVER, UncoveredRequirement, gaps
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry.requirements import Level, requirements


@click.command("gaps")
@format_option("text", "json")
def show(form: str) -> int:
    """List every MUST without a case, by what a case would need, then those that nothing can judge."""
    found = gaps(all_cases())
    if form == "json":
        click.echo(json.dumps([_data(each) for each in found], indent=1, ensure_ascii=False))
    for line in _lines(found) if form == "text" else ():
        click.echo(line)
    return ExitCode.OK if all(each.reason for each in found) else ExitCode.VIOLATION


def _data(gap: UncoveredRequirement) -> dict[str, str]:
    return {
        "requirement": gap.requirement.id,
        "sentence": gap.requirement.sentence,
        "waits_for": gap.handle,
        "reason": gap.reason,
    }


def _lines(found: tuple[UncoveredRequirement, ...]) -> Iterator[str]:
    ordered = sorted(found, key=lambda each: (each.handle == NEVER, each.handle, each.reason))
    for (handle, reason), several in groupby(ordered, key=lambda each: (each.handle, each.reason)):
        yield f"{handle or 'NO REASON'}: {reason}"
        yield from (f"  {each.requirement.id:<10} {each.requirement.sentence}" for each in several)
    musts = sum(each.level is Level.MUST for each in requirements())
    never = sum(each.handle == NEVER for each in found)
    without = sum(not each.reason for each in found)
    judged, waiting = musts - len(found), len(found) - never - without
    yield f"{musts} MUST: {judged} with a case, {waiting} wait for one, {never} informative, {without} without a reason"
