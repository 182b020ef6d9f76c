"""`siteproof plan`: judge a recovery plan before it is needed."""

import click

from siteproof.cli.lazy import LazyGroup

COMMANDS = {
    "check": ("siteproof.cli.plan_check:check", "Judge plans: order, deadlocks, recovery time, single failures."),
    "diff": ("siteproof.cli.plan_diff:diff", "What changes from one plan to another; a reordering is named."),
    "import": ("siteproof.cli.plan_import:import_plan", "An exported plan as a file to go on with."),
    "example": ("siteproof.cli.plan_check:show_example", "Print a recovery plan, as a beginning."),
    "schema": ("siteproof.cli.plan_check:show_schema", "Print the JSON Schema of plan files."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def plan() -> None:
    """Check a recovery plan: order, deadlocks, timeouts, recovery time, single failures."""
