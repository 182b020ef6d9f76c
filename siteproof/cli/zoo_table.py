"""The zoo's table as text and as JSON, and the exit code that it deserves.

Rule: what the contract cannot show is counted by itself, never as killed.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import asdict

from siteproof.cli.zoo_members import Expectation
from siteproof.cli.zoo_rows import MemberResult
from siteproof.model.nouns.problem import ExitCode

NAMED_MAX = 3
HEAD = ("class", "member", "judged by", "driver", "first named", "steps", "happened in")


def as_text(rows: tuple[MemberResult, ...]) -> str:
    """The table and the summary."""
    return "\n".join([*table(rows), "", *_reasons(rows), summary(rows)])


def table(rows: Iterable[MemberResult]) -> Iterator[str]:
    """The table as lines of text."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _cells(row: MemberResult) -> tuple[str, ...]:
    named = f"{row.named} ({row.aim})" if row.aim else row.named
    return row.id, row.title, end_of(row), row.driver, named, str(row.steps or "-"), row.happened_in


def end_of(row: MemberResult) -> str:
    """In a few words, how it ended."""
    if row.kind is Expectation.UNSHOWN:
        return "not visible through the contract"
    if row.killed:
        return ("ACCUSED " if row.kind is Expectation.HONEST else "") + _killers(row)
    if row.unjudged:
        return (
            f"NOT JUDGED by {row.unjudged}"
            if row.kind is Expectation.HONEST
            else f"SURVIVES (undecided: {row.unjudged})"
        )
    return "left alone" if row.kind is Expectation.HONEST else "SURVIVES"


def _killers(row: MemberResult) -> str:
    more = len(row.killed_by) - NAMED_MAX
    return ", ".join(row.killed_by[:NAMED_MAX]) + (f" +{more}" if more > 0 else "")


def _reasons(rows: Iterable[MemberResult]) -> Iterator[str]:
    return (f"{row.id} is not visible through the contract: {row.reason}" for row in rows if row.reason)


def summary(rows: tuple[MemberResult, ...]) -> str:
    """One line: killed, survivors, not visible, liars named, honest variants left alone, how well it was aimed."""
    parts = [*_wrong(rows), *_share(rows, Expectation.LIAR, "lying adapters named")]
    parts += _share(rows, Expectation.HONEST, "honest variants left alone")
    aimed = [row.aim for row in rows if row.aim]
    if aimed:
        parts.append(f"the right requirement first in {aimed.count('right')}, a near one in {aimed.count('near')}")
    return " · ".join(parts)


def _wrong(rows: tuple[MemberResult, ...]) -> Iterator[str]:
    wrong = [row for row in rows if row.kind is Expectation.WRONG]
    hidden = sum(row.kind is Expectation.UNSHOWN for row in rows)
    killed = sum(row.killed for row in wrong)
    if wrong or hidden:
        yield f"{killed} of {len(wrong) + hidden} killed"
        yield f"{len(wrong) - killed} survivors"
    if hidden:
        yield f"{hidden} not visible through the contract"


def _share(rows: tuple[MemberResult, ...], kind: Expectation, what: str) -> list[str]:
    mine = [row for row in rows if row.kind is kind]
    return [f"{sum(row.as_it_should_be for row in mine)} of {len(mine)} {what}"] if mine else []


def as_json(title: str, rows: tuple[MemberResult, ...]) -> str:
    """The same as one object."""
    shown: list[dict[str, Any]] = [asdict(row) | {"as_it_should_be": row.as_it_should_be} for row in rows]
    return json.dumps({"title": title, "members": shown, "summary": summary(rows)})


def exit_code(rows: Iterable[MemberResult]) -> ExitCode:
    """1 when a wrong one survives or an honest one is accused, 3 when an honest one got no verdict."""
    wrong = [row for row in rows if not row.as_it_should_be]
    if any(row.killed or row.kind is not Expectation.HONEST for row in wrong):
        return ExitCode.VIOLATION
    return ExitCode.CANNOT_JUDGE if wrong else ExitCode.OK
