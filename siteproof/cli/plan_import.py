"""`siteproof plan import`: an exported plan as a plan file, for what an export cannot say: times, needs, the objective.

Rule: what is printed is read back before it is printed; it checks as the export does.
"""

import click

from siteproof.cli.exported import exported_plan
from siteproof.cli.files import read_bytes
from siteproof.cli.options import format_option
from siteproof.model.advice.recovery_plan.reading import parse_plan
from siteproof.model.advice.recovery_plan.writing import written

FILE_BYTES_MAX = 1 << 28
HINT = "name an export of one recovery plan; with its machines in the same file their names are used"
REMARK = "# An exported plan: add expected times, who needs whom and rto, then   siteproof plan check plan.toml"


@click.command("import")
@click.argument("file", metavar="EXPORT")
@format_option("toml")
def import_plan(file: str) -> None:
    """Print an exported recovery plan as a file that `plan check` reads.

    Exit code 2 when EXPORT is no export of one plan.
    """
    text = written(exported_plan(read_bytes(file, FILE_BYTES_MAX, HINT), file))
    parse_plan(text.encode(), file)
    click.echo(f"{REMARK}\n\n{text}", nl=False)
