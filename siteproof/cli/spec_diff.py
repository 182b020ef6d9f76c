"""`siteproof spec diff`: which requirements were added, removed or changed between two states of the book.

Rule: a book is compared by its manifest alone, so that any two versions can be compared, older ones included.
"""

from pathlib import Path

import click

from siteproof.cli.files import read_bytes
from siteproof.cli.json_and_title import emit, identity, title
from siteproof.cli.options import format_option
from siteproof.model.book.manifest import FILE, BookManifest, changes, read_manifest
from siteproof.model.nouns.problem import ExitCode

FILE_BYTES_MAX = 16 << 20
HINT = f"name the folder of a book that `siteproof spec build` wrote, its {FILE}, or a requirements.toml"


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@format_option("text", "json")
def diff(old: str, new: str, form: str) -> int:
    """Say which requirements change from book OLD to book NEW, field by field.

    Each is the folder of a book, its requirements.json, or a requirements.toml. Exit code 0: they say the same. 1: they
    do not.
    """
    found = changes(_read(old), _read(new))
    if form == "json":
        told = [{"requirement": each.id, "kind": each.kind, "said": list(each.said)} for each in found]
        emit({**identity("spec diff"), "old": old, "new": new, "changes": told})
    else:
        click.echo(title("spec diff", f"{old} → {new}"))
        for each in found:
            click.echo("\n".join([f"{each.kind.upper():<8} {each.id}", *(f"  {line}" for line in each.said)]))
        counts = {kind: sum(each.kind == kind for each in found) for kind in ("added", "removed", "changed")}
        click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()) if found else "SAME")
    return ExitCode.VIOLATION if found else ExitCode.OK


def _read(name: str) -> BookManifest:
    file = Path(name) / FILE if Path(name).is_dir() else Path(name)
    return read_manifest(read_bytes(file, FILE_BYTES_MAX, HINT).decode(errors="replace"), str(file))
