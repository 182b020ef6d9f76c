"""The face: one command line. Commands are named in a table and imported only when they are called.

A command module knows its options and its printing; the work is done on the floors below. `main` turns every ending
into an exit code (docs/design.md, Users): a Problem is the user's to mend, any other exception is ours and
leaves a file.
"""

import sys
from collections.abc import Sequence

import click

from siteproof import __version__
from siteproof.cli import ending
from siteproof.cli.closed_pipe import outlive_the_reader
from siteproof.cli.examples import BEGIN
from siteproof.cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    # name         module:function                      one line of help
    "run": ("siteproof.cli.run:run", "The main job: protect a real image, fail it over and back, judge all of it."),
    "conform": ("siteproof.cli.conform:conform", "Judge an implementation of the Subject contract."),
    "adapter": ("siteproof.cli.adapter:adapter", "Serve a Python subject over stdio or HTTP; the guide; the schema."),
    "new": ("siteproof.cli.new:new", "Write an adapter, a specification, a policy or a plan to begin with."),
    "doctor": ("siteproof.cli.doctor:doctor", "What this machine has; what is wrong with an adapter, call by call."),
    "appliance": ("siteproof.cli.appliance:appliance", "Make a replication appliance, or let one run."),
    "machine": ("siteproof.cli.machine:machine", "Protect machines and lead them through their lifecycle."),
    "group": ("siteproof.cli.group:group", "Replication groups: shared points, one failover for all members."),
    "point": ("siteproof.cli.point:point", "Recovery points: list, take, verify, restore."),
    "job": ("siteproof.cli.point:job", "Jobs of an appliance."),
    "event": ("siteproof.cli.point:event", "Events of an appliance."),
    "agent": ("siteproof.cli.appliance:agent", "Serve a disk over NBD whose writes are captured."),
    "access": ("siteproof.cli.access:access", "Who may use the control API of an appliance."),
    "log": ("siteproof.cli.log:log", "Look into a sealed log, frame by frame."),
    "explore": ("siteproof.cli.explore:explore", "Explore the model's states exhaustively."),
    "prove": ("siteproof.cli.prove:prove", "Prove the model's claims by induction, for given sizes or for all."),
    "crosscheck": ("siteproof.cli.crosscheck:crosscheck", "Our exploration beside SPIN's and TLC's."),
    "export": ("siteproof.cli.export:export", "Write the model as TLA+, Promela or JSON."),
    "tour": ("siteproof.cli.tour:tour_command", "Short walks that cover the model; its shape; graph export."),
    "policy": ("siteproof.cli.policy:policy", "Check a replication policy; refutations come with a dated calendar."),
    "plan": ("siteproof.cli.plan:plan", "Recovery plans: check, compare; keep them on an appliance and run them."),
    "audit": ("siteproof.cli.audit:audit", "Judge a deployed vault from its exports: JSON of az or PowerShell."),
    "zoo": ("siteproof.cli.zoo:zoo", "The suite against every wrong appliance: the kill table."),
    "fuzz": ("siteproof.cli.fuzz:fuzz", "A seeded campaign of walks and faults."),
    "report": ("siteproof.cli.report:report", "A record for people, build servers, a page, or as a baseline."),
    "results": ("siteproof.cli.results:results", "The page of judged products, from committed records."),
    "compare": ("siteproof.cli.compare:compare", "What is lost by moving from one product or version to another."),
    "evidence": ("siteproof.cli.evidence:evidence", "Sign a run; check a signed one offline."),
    "coverage": (
        "siteproof.cli.coverage:coverage",
        "What recorded histories visit of the model, or contradict.",
    ),
    "trace": ("siteproof.cli.trace:trace", "Check what really happened: histories, jobs, events, telemetry."),
    "replay": ("siteproof.cli.replay:replay", "Reproduce a recorded failure."),
    "minimise": ("siteproof.cli.minimise:minimise", "Make a recorded walk as short as it can be while it still fails."),
    "gaps": ("siteproof.cli.gaps:show", "The MUST requirements without a case, and why each has none."),
    "spec": ("siteproof.cli.spec:spec", "Build or check the generated specification."),
    "site": ("siteproof.cli.site:site", "The documents as a static site: pages, search, commands, the book."),
    "explain": ("siteproof.cli.explain:explain", "What a requirement says and where it comes from."),
}


HEADINGS: dict[str, tuple[str, ...]] = {
    "See and look up": ("run", "explain", "doctor"),
    "Judge a product": (
        "new",
        "adapter",
        "conform",
        "report",
        "coverage",
        "replay",
        "minimise",
        "compare",
        "evidence",
        "results",
    ),
    "Operate disaster recovery": ("policy", "plan", "audit", "trace"),
    "An appliance": ("appliance", "machine", "group", "point", "job", "event", "agent", "access", "log"),
    "The model": ("explore", "prove", "tour", "export", "crosscheck", "spec", "site"),
    "Doubt the suite": ("zoo", "fuzz", "gaps"),
}


class _Root(LazyGroup):
    """The program itself: alone it says for whom it is, and how each begins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without any word the beginning is shown, and that is all."""
        if not args and not ctx.resilient_parsing:
            click.echo(f"siteproof {__version__} · {self.help}\n")
            for what, line in BEGIN:
                click.echo(f"  {what:<18} {line}")
            ctx.exit()
        return super().parse_args(ctx, args)


@click.group(
    cls=_Root,
    table=COMMANDS,
    headings=HEADINGS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="siteproof")
def siteproof() -> None:
    """The executable standard of block-level disaster-recovery replication."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; the console script hands it to the shell."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    outlive_the_reader()
    return ending.exit_code(lambda: siteproof.main(args=argv, prog_name="siteproof", standalone_mode=False), argv)
