"""`siteproof access`: who may use the control API of an appliance that runs.

Rule: a code is shown once, to who owns the state directory.
"""

from pathlib import Path

import click

from siteproof.cli import remote
from siteproof.cli.options import format_option
from siteproof.cli.state import ask, show_one, show_rows, state_option
from siteproof.reference.service.access import ClientRole


@click.group()
def access() -> None:
    """Registration for the control API of an appliance that runs (appliance serve --https)."""


ROLES = click.Choice([each.value for each in ClientRole])


@access.command()
@click.argument("name")
@click.option("--role", type=ROLES, default=ClientRole.READER.value, show_default=True, help="What it may do.")
@state_option
@format_option("text", "json")
def invite(name: str, role: str, state: Path, form: str) -> int:
    """Print a code that is good for one registration within 15 minutes."""
    answer = ask(state, "access.invite", name=name, role=role)
    show_one(answer, form, lambda said: f"siteproof access register {said['url']} {said['code']} {said['fingerprint']}")
    return 0


@access.command("list")
@state_option
@format_option("text", "json")
def list_clients(state: Path, form: str) -> int:
    """List who is registered."""
    show_rows(
        ask(state, "access.list"), {"name": "name", "role": "role", "fingerprint": "fingerprint of certificate"}, form
    )
    return 0


@access.command()
@click.argument("name")
@state_option
@format_option("text")
def revoke(name: str, state: Path) -> int:
    """Forget every certificate of a name."""
    click.echo(f"{name}: {ask(state, 'access.revoke', name=name)['revoked']} certificates revoked")
    return 0


@access.command()
@click.argument("url")
@click.argument("code")
@click.argument("fingerprint")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("siteproof-credentials"), show_default=True, help="Folder."
)
@format_option("text")
def register(url: str, code: str, fingerprint: str, out: Path) -> int:
    """Bring a code to an appliance and store the certificate that is given for it."""
    role = remote.register(url, code, fingerprint, out)
    click.echo(f"registered as {role}; use it: export {remote.URL}={url} {remote.CREDENTIALS}={out.absolute()}")
    return 0
