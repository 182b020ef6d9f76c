"""`siteproof policy`: check, simulate, compare and plan replication policies."""

import click

from siteproof.cli.lazy import LazyGroup

COMMANDS = {
    "check": ("siteproof.cli.policy_check:check", "Judge policies; refutations come with a dated calendar."),
    "simulate": ("siteproof.cli.policy_simulate:simulate", "Which points an undisturbed machine keeps, and why."),
    "diff": ("siteproof.cli.policy_simulate:diff", "Which points a change of policy deletes, and when."),
    "plan": ("siteproof.cli.policy_plan:plan", "The cheapest policy that meets needs, as a file."),
    "theorems": ("siteproof.cli.policy_theorems:theorems", "Prove every policy theorem, or one."),
    "example": ("siteproof.cli.policy_files:show_example", "Print a policy file, as a beginning."),
    "schema": ("siteproof.cli.policy_files:show_schema", "Print the JSON Schema of policy files."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def policy() -> None:
    """Check a replication policy; refutations come with a dated calendar."""
