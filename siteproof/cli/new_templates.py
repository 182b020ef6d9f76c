"""`siteproof new policy` and `new plan`: commented templates that are right as they stand.

Rule: a template is made from the table of keys it is for, so that it can say nothing that the reader does not know.
"""

import click

from siteproof.cli.guides import PLAN_EXAMPLE, guide
from siteproof.cli.options import PROVIDER, format_option
from siteproof.model.advice.policy.duration import spell
from siteproof.model.advice.policy.request import KEYS, request_of
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import PROVIDERS, SEED

SAID = {  # what a key is for, beside what it may be
    "name": "how reports call the policy",
    "retention": "how far back in time a machine can be recovered",
    "app_consistent_every": "how often applications are told to flush; less than the retention",
    "rpo_threshold": "the age at which an event is raised; replication does not change",
    "latency": "how long it takes until a point can be used (D of the theorems)",
    "tolerated_misses": "application-consistent points that may fail in a row (m of the theorems)",
    "thinning": "which points are kept beyond two hours: the published table, or all of them",
    "claims_seed": "false for a system with another crash-consistent interval",
    "crash_consistent_every": "how often a crash-consistent point is taken",
    "provider": "whose ranges hold",
    "keep": "tiers of your own in place of retention and thinning; as [[keep]] tables, too",
    "way_back": "true for the policy of the failback direction, which keeps no history",
}
LEFT_OUT = (
    "claims_seed",
    "crash_consistent_every",
    "way_back",
    "keep",
)  # written as remarks


@click.command("policy")
@click.option("--provider", type=PROVIDER, default=SEED.name.value, show_default=True, help="whose ranges hold")
@format_option("toml")
def policy(provider: str) -> None:
    """Print a policy file with every key, what it means and what it may be."""
    click.echo("\n".join(policy_lines(ReplicationProvider(provider))))


@click.command("plan")
@format_option("toml")
def plan() -> None:
    """Print a recovery plan of three tiers with remarks."""
    click.echo(guide(PLAN_EXAMPLE), nl=False)


def policy_lines(provider: ReplicationProvider) -> list[str]:
    """The lines of the template; its values are within the provider's ranges."""
    ranges = PROVIDERS[provider].policy
    longest = spell(ranges.retention_minutes_max)
    allowed = {"retention": f"0 to {longest}", "app_consistent_every": f"off, or 1h to {ranges.app_hours_max}h"}
    values = {key: each.example for key, each in KEYS.items()} | {"provider": provider.value}
    lines = ["# A replication policy: judge it with   siteproof policy check policy.toml"]
    for key, each in KEYS.items():
        assert key in SAID, f"the template has no words for {key}"
        line = f"{key} = {_written(values[key])}"
        lines += ["", f"# {SAID[key]}; {allowed.get(key, each.allowed)}", f"# {line}" if key in LEFT_OUT else line]
    request_of({key: _typed(values[key]) for key in KEYS if key not in LEFT_OUT})
    return lines


def _written(text: str) -> str:
    return text if text in ("true", "false") or text.isdecimal() or text.startswith("[") else f'"{text}"'


def _typed(text: str) -> object:
    return text == "true" if text in ("true", "false") else int(text) if text.isdecimal() else text
