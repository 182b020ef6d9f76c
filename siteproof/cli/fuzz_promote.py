"""`siteproof fuzz promote`: a finding becomes a plain case file that `siteproof replay` plays on any subject.

Rule: what is promoted was seen to fail just now on the subject that it was found on, and a person says why it matters.
"""

import re
import shlex
from pathlib import Path

import click
from attrs import evolve

from siteproof.cli.files import make_folder, read_bytes
from siteproof.cli.options import format_option
from siteproof.cli.scratch import scratch
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.render import text
from siteproof.fuzz.actions import RECORD_BYTES_MAX, WalkRecord, read_record
from siteproof.fuzz.canary import HONEST
from siteproof.fuzz.replay import replayed, target_of
from siteproof.fuzz.walk import Finding
from siteproof.model.nouns.problem import ExitCode, Problem

HINT = "siteproof fuzz keeps findings below --out, in failures"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, metavar="WORDS", help="Of the case: lower-case words with hyphens.")
@click.option("--why", required=True, help="One sentence: what goes wrong, and why it matters.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=Path("cases"), show_default=True, help="Folder."
)
@format_option("text")
def promote(file: Path, name: str, why: str, folder: Path) -> int:
    """Check that FILE still fails on its subject, and write it as a case without history, numbers and folders."""
    if not _NAME.fullmatch(name):
        raise Problem(
            f"{name!r} is no name of a case", "it is not lower-case words with hyphens", "write one-like-this"
        )
    record = read_record(read_bytes(file, RECORD_BYTES_MAX, HINT), str(file))
    with scratch():
        again = replayed(record, target_of(record.subject, record.folder, record.ca))
        honest = replayed(record, SubjectAddress(TargetKind.PYTHON, HONEST))
    if not again.reproduced:
        raise Problem(f"{file} is not promoted", str(again), "a case has to fail on the subject that it was found on")
    path = make_folder(folder) / f"{name}.json"
    path.write_bytes(plain(record, why).to_json())
    click.echo(text.printable(f"{name}: {why}"))
    click.echo(text.printable(f"  on its subject       {again}"))
    click.echo(text.printable(f"  on the reference     {_said(honest.finding)}"))
    for number, action in enumerate(record.actions, 1):
        click.echo(text.printable(f"  {number:>3} {action}"))
    click.echo(f"case: {path}\n  siteproof replay {shlex.quote(str(path))} --cmd './my-adapter'")
    return ExitCode.OK


def plain(record: WalkRecord, why: str) -> WalkRecord:
    """What the case needs: scene, actions and what is expected; not where and when it was found."""
    return evolve(record, why=why, history=(), folder="", ca="")


def _said(finding: Finding | None) -> str:
    return "nothing is wrong" if finding is None else f"expected {finding.expected}; actual {finding.actual}"
