"""`siteproof appliance` and `siteproof agent`: make an appliance, and let one run.

Rule: what is served is reachable from this machine only, unless an address says otherwise; a signal ends it in order.
"""

from pathlib import Path

import click

from siteproof.cli.options import format_option
from siteproof.cli.state import ask, show_rows, state_option
from siteproof.cli.stopping import until_signal
from siteproof.model.nouns.problem import Problem
from siteproof.reference.service import outbound, protecting, serving
from siteproof.reference.service.rotation import rotate
from siteproof.reference.service.service import Service
from siteproof.reference.service.state_directory import KEY, check, initialise

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "unix"})

address_option = click.option(
    "--nbd", default="127.0.0.1:10809", show_default=True, metavar="ADDRESS", help="HOST:PORT or unix:PATH of exports."
)
anywhere_option = click.option("--anywhere", is_flag=True, help="Allow an address that others can reach.")


@click.group()
def appliance() -> None:
    """A replication appliance that keeps its state in a directory."""


@appliance.command()
@state_option
@format_option("text")
def init(state: Path) -> int:
    """Make a new state directory with a key and an empty vault."""
    initialise(state)
    click.echo(f"appliance made in {state}; its key is in {state / 'keys' / 'kek'}: without it nothing can be restored")
    click.echo(f"next: siteproof machine protect NAME IMAGE --state {state}")
    return 0


@appliance.command()
@state_option
@address_option
@anywhere_option
@click.option("--https", default="", metavar="HOST:PORT", help="Control API too, e.g. 127.0.0.1:8443.")
def serve(state: Path, nbd: str, anywhere: bool, https: str) -> int:
    """Run until SIGINT or SIGTERM: points by themselves, disks and points as NBD exports."""
    check_address(nbd, anywhere)
    check_address(https or nbd, anywhere)
    with until_signal() as stop, Service(state) as service, serving.serving(service, nbd, https, warn) as served:
        assert served.nbd is not None
        click.echo(f"serving {state}; exports: nbdinfo --list {serving.uri_of(served.nbd)}", err=True)
        if served.https is not None:
            click.echo(f"API at {served.https.url}; let somebody in: siteproof access invite NAME", err=True)
        serving.run(service, stop, warn)
    click.echo("stopped in order", err=True)
    return 0


def warn(what: str) -> None:
    """Tell whoever started it."""
    click.echo(what, err=True)


@appliance.command()
@state_option
@format_option("text")
def metrics(state: Path) -> int:
    """Print every machine's state for Prometheus; a running appliance serves the same at GET /metrics."""
    click.echo(ask(state, "appliance.metrics"), nl=False)
    return 0


@appliance.command("rotate-key")
@state_option
@format_option("text")
def rotate_key(state: Path) -> int:
    """Replace the key of a stopped appliance; every data key is wrapped anew, and the former key opens nothing more."""
    count = rotate(check(state))
    click.echo(
        f"{count} data keys are wrapped under a new key, {state / KEY}; a copy of the former one is of no use now"
    )
    return 0


@appliance.command()
@click.option("--name", "named", multiple=True, metavar="PATTERN=HOST", help="A host that stands for a pattern with *.")
@click.option("--proxy", default="", metavar="URL", help="http://HOST:PORT of a proxy without a password.")
@click.option("--agent", "agents", is_flag=True, help="What a replicated machine has to reach itself.")
@click.option("--list", "listed", is_flag=True, help="Only show the patterns; nothing is tried.")
@format_option("text", "json")
def preflight(named: tuple[str, ...], proxy: str, agents: bool, listed: bool, form: str) -> int:
    """Try the destinations that the service needs, and say which are blocked; 1 when one is."""
    names = dict(_pair(each) for each in named)
    probe = outbound.probe_through(outbound.proxy_of(proxy))
    rows = outbound.preflight((lambda _host, _port: "") if listed else probe, names, agents=agents)
    shown = [
        {"pattern": row.pattern, "host": row.host, "purpose": row.purpose, "verdict": "" if listed else row.verdict}
        for row in rows
    ]
    show_rows(shown, {"pattern": "pattern", "host": "tried", "verdict": "verdict", "purpose": "for"}, form)
    return 1 if any(row.blocked for row in rows) else 0


def _pair(text: str) -> tuple[str, str]:
    pattern, equals, host = text.partition("=")
    if not equals or not host:
        raise Problem(f"{text!r} names no host", "it is not PATTERN=HOST", "write '*.blob.core.windows.net=HOST'")
    return pattern, host


@click.group()
def agent() -> None:
    """The mobility agent: a disk whose writes are captured."""


@agent.command("serve-nbd")
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Name of the machine (default: the image's, without its suffix).")
@state_option
@address_option
@anywhere_option
def serve_nbd(image: Path, name: str, state: Path, nbd: str, anywhere: bool) -> int:
    """Protect an image if it is not yet, and serve it over NBD: whatever writes there is captured."""
    check_address(nbd, anywhere)
    with until_signal() as stop, Service(state) as service, serving.serving(service, nbd) as served:
        assert served.nbd is not None
        found = _machine_of(service, image) or _protected(service, image, name or image.stem)
        click.echo(f"{image}: {serving.uri_of(served.nbd, f'{found}/sda')}", err=True)
        serving.run(service, stop, lambda what: click.echo(what, err=True))
    click.echo("stopped in order", err=True)
    return 0


def _machine_of(service: Service, image: Path) -> str:
    path = str(image.resolve())
    return next((name for name, images in service.vault.images.items() if path in images.values()), "")


def _protected(service: Service, image: Path, name: str) -> str:
    with service.guard:
        protecting.protect(service, name, [str(image)])
        service.settle()
    return name


def check_address(address: str, anywhere: bool) -> None:
    """Problem when others could reach it and nobody said that they may: there is no password on an export."""
    host = address.rpartition(":")[0] if not address.startswith("unix:") else "unix"
    if host.strip("[]") not in LOOPBACK and not anywhere:
        hint = "say --anywhere when the network is trusted"
        raise Problem(f"{address!r} can be reached from elsewhere", "an NBD export asks for no password", hint)
