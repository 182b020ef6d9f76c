"""`siteproof export`: a specification in the languages of other tools, to standard output or into a folder.

Nothing is printed that depends on the clock: the same specification and bounds give the same text.
"""

from collections.abc import Callable
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.files import write_files
from siteproof.cli.options import format_option
from siteproof.cli.specs import spec_argument, spec_named
from siteproof.model.engines.formats.identifiers import Docs, docs_of, word
from siteproof.model.engines.formats.jsonspec import to_json
from siteproof.model.engines.formats.promela import promela
from siteproof.model.engines.formats.tla import tla
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem

Files = dict[str, str]


class _Language(click.Choice[str]):
    """A language; who asks for the form of traces is told where these are written."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if str(value).lower() == "itf":
            raise Problem(
                "a specification is not written as itf",
                "ITF is a form of traces",
                "siteproof explore SPEC --trace-to STATE --format itf writes the shortest trace to a state",
            )
        return super().convert(value, param, ctx)


@click.command()
@spec_argument("replication")
@click.option("--to", "language", type=_Language(["tla", "promela", "json"]), required=True, help="the language")
@bound_options
@click.option("--out", type=click.Path(path_type=Path), help="write files into this folder instead of printing")
@format_option("text")
def export(spec: str, language: str, out: Path | None, **bounds: object) -> int:
    """Write SPEC (default: replication) as TLA+, Promela or JSON, for the given bounds."""
    chosen = spec_named(spec)
    system = chosen.system(given(bounds))
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    title = f"siteproof {__version__} · export {spec} to {language} · seed none · {options or 'no bounds'}"
    files = FORMS[language](system, docs_of(chosen))
    if out is None:
        click.echo(title, err=True)  # standard output is the text itself, for a pipe
        click.echo(next(iter(files.values())), nl=False)
        return ExitCode.OK
    click.echo(title)
    _write(files, out)
    return ExitCode.OK


def _tla(system: System, docs: Docs) -> Files:
    module = tla(system, docs)
    return {f"{module.name}.tla": module.text, f"{module.name}.cfg": module.config}


FORMS: dict[str, Callable[[System, Docs], Files]] = {
    "tla": _tla,
    "promela": lambda system, docs: {f"{word(system.name)}.pml": promela(system, docs)},
    "json": lambda system, docs: {f"{word(system.name)}.json": to_json(system, docs)},
}


def _write(files: Files, out: Path) -> None:
    write_files(files, out)
    for name in files:
        click.echo(f"written: {out / name}")
