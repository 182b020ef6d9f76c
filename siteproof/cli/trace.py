"""`siteproof trace`: what really happened, checked against the model."""

import click

from siteproof.cli.lazy import LazyGroup

COMMANDS = {
    "check": ("siteproof.cli.trace_check:check", "Explain a log step by step, or name the step that contradicts it."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def trace() -> None:
    """Check what really happened: histories, the service's jobs, events and machines, telemetry."""
