"""`siteproof plan`: judge a recovery plan before it is needed, keep it on an appliance, run it."""

import click

from siteproof.cli.lazy import LazyGroup

COMMANDS = {
    "check": ("siteproof.cli.plan_check:check", "Judge plans: order, deadlocks, recovery time, single failures."),
    "diff": ("siteproof.cli.plan_diff:diff", "What changes from one plan to another; a reordering is named."),
    "import": ("siteproof.cli.plan_import:import_plan", "An exported plan as a file to go on with."),
    "example": ("siteproof.cli.plan_check:show_example", "Print a recovery plan, as a beginning."),
    "save": ("siteproof.cli.plan_service:save", "Keep a plan on an appliance."),
    "list": ("siteproof.cli.plan_service:list_plans", "The plans of an appliance, and how each was run last."),
    "show": ("siteproof.cli.plan_service:show", "A kept plan: its machines and steps in the last run."),
    "run": ("siteproof.cli.plan_service:run", "Run a kept plan: a drill, a failover, or the way back."),
    "answer": ("siteproof.cli.plan_service:answer", "Answer the prompt that a run waits for."),
    "schema": ("siteproof.cli.plan_check:show_schema", "Print the JSON Schema of plan files."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def plan() -> None:
    """Recovery plans: check one (order, deadlocks, recovery time, single failures), keep it on an appliance, run it."""
