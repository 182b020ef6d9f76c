"""`siteproof results`: the page of judged products, from the records that are committed beside it.

Rule: a record is taken as it is, trimmed of what the page does not tell, and the page follows from the records alone.
"""

from pathlib import Path

import click

from siteproof.cli.files import write_files
from siteproof.cli.options import format_option
from siteproof.conformance import results as records
from siteproof.conformance.agreement import FIGURE, Agreement, agreement
from siteproof.conformance.render import products
from siteproof.model.nouns.problem import ExitCode, Problem

FOLDER = Path("docs") / "results"
PAGE = "index.md"


@click.group()
def results() -> None:
    """The page of judged products: what other people's products keep and break."""


@results.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when the page is stale.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the records."
)
@format_option("text")
def build(*, check: bool, out: Path) -> int:
    """Make the page from every record in the folder."""
    found = sorted(out.glob("*.ndjson"))
    if not found:
        raise Problem(f"{out} holds no record", "there is no file *.ndjson in it", "siteproof results add FILE NAME")
    text = products.page({path.stem: records.read(path) for path in found})
    path = out / PAGE
    stale = not path.is_file() or path.read_text(encoding="utf-8") != text
    if stale and not check:
        write_files({PAGE: text}, out)
    said = "written" if stale and not check else "stale: siteproof results build" if stale else "fresh"
    click.echo(f"{path} · {len(found)} records · {said}")
    return ExitCode.VIOLATION if stale and check else ExitCode.OK


@results.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the records."
)
@format_option("text")
def add(file: Path, name: str, out: Path) -> int:
    """Take the last run of a results.ndjson into the folder, under a name, and make the page anew."""
    lines = records.last_run(file)
    _taken(lines, name, out)
    click.echo(f"{out / f'{name}.ndjson'} · {len(lines)} lines · {out / PAGE} written")
    return ExitCode.OK


@results.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--into", "name", default="", metavar="NAME", help="Take the first run into the folder, under that name.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the records."
)
@format_option("text")
def agree(files: tuple[Path, ...], name: str, out: Path) -> int:
    """Whether the last runs of several results.ndjson say the same of every requirement; exit 1 when they do not."""
    runs = [records.read(path) for path in files]
    found = agreement([run.report for run in runs if run.report is not None])
    if name:
        _taken(records.last_run(files[0]), name, out, found)
    click.echo(str(found))
    return ExitCode.VIOLATION if found.differing else ExitCode.OK


def _taken(lines: list[records.Line], name: str, out: Path, found: Agreement | None = None) -> None:
    figure = [records.MeasureLine(FIGURE, found.runs, "runs", str(found))] if found else []
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.ndjson").write_bytes(products.encoded(products.trimmed([*lines, *figure])))
    every = {path.stem: records.read(path) for path in sorted(out.glob("*.ndjson"))}
    write_files({PAGE: products.page(every)}, out)
