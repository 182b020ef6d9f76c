"""`siteproof point`, `siteproof job`, `siteproof event`: what an appliance holds, and what happened.

Rule: a restore writes a new file and nothing else.
"""

import shutil
import subprocess
from pathlib import Path

import click

from siteproof.cli.options import format_option
from siteproof.cli.state import ask, show_one, show_rows, state_option
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.vocabulary import Consistency

POINTS = {"machine": "machine", "name": "point", "consistency": "consistency", "taken_at_ms": "taken (UTC)"}
JOBS = {"name": "job", "machine": "machine", "verb": "command", "started_ms": "started (UTC)", "state": "state"}
EVENTS = {"time_ms": "time (UTC)", "machine": "machine", "code": "event", "detail": "detail"}
FORMATS = ("raw", "qcow2", "vmdk", "vpc", "vhdx")
CONVERT_SECONDS_MAX = 24 * 3600

machine_option = click.option("--machine", default="", help="Of this machine only.")


@click.group()
def point() -> None:
    """Recovery points: list, take, verify, restore."""


@point.command("list")
@click.argument("machine", default="")
@state_option
@format_option("text", "json")
def list_points(machine: str, state: Path, form: str) -> int:
    """List the points of a machine, or of all."""
    show_rows(ask(state, "point.list", machine=machine), POINTS, form)
    return 0


@point.command()
@click.argument("machine")
@click.option("--app", is_flag=True, help="Application-consistent.")
@state_option
@format_option("text", "json")
def take(machine: str, app: bool, state: Path, form: str) -> int:
    """Ship what has changed and make a point of it now."""
    kind = Consistency.APP if app else Consistency.CRASH
    answer = ask(state, "point.take", machine=machine, consistency=kind.value)
    show_one(answer, form, lambda taken: f"{machine}: {taken['name']}")
    return 0


@point.command()
@click.argument("machine")
@click.argument("name", metavar="POINT")
@state_option
@format_option("text", "json")
def verify(machine: str, name: str, state: Path, form: str) -> int:
    """Read a point in full, every block against its checksum; exit 1 when one is damaged."""
    answer = ask(state, "point.verify", machine=machine, point=name)
    show_one(answer, form, lambda found: f"{machine} {name}: {found['blocks']} blocks with data, all as written")
    return 0


@point.command()
@click.argument("machine")
@click.argument("name", metavar="POINT")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--disk", default="", help="Which disk, where the machine has several.")
@click.option("--as", "kind", type=click.Choice(FORMATS), default="raw", show_default=True, help="Format of the image.")
@state_option
@format_option("text", "json")
def restore(machine: str, name: str, target: Path, disk: str, kind: str, state: Path, form: str) -> int:
    """Write a disk as it was at a point to a new image file."""
    target = target.absolute()
    if target.exists():
        raise Problem(f"{str(target)!r} exists", "a restore never overwrites", "name a new file")
    converter = _converter() if kind != "raw" else ""
    raw = target if kind == "raw" else target.with_name(f".{target.name}.raw")
    answer = ask(state, "point.export", machine=machine, point=name, target=str(raw), disk=disk)
    if converter:
        _convert(converter, raw, target, kind)
    answer = {**answer, "file": str(target), "format": kind}
    show_one(answer, form, lambda done: f"{machine} {name}: {done['size_bytes']} bytes in {target} ({kind})")
    return 0


def _converter() -> str:
    found = shutil.which("qemu-img")
    if found is None:
        hint = "install qemu-utils, or restore as raw"
        raise Problem("this format needs qemu-img", "it is not installed", hint, ExitCode.USAGE)
    return found


def _convert(converter: str, raw: Path, target: Path, kind: str) -> None:
    """Convert, and hold what came out against what went in."""
    try:
        _run(converter, "convert", "-f", "raw", "-O", kind, "--", str(raw), str(target))
        _run(converter, "compare", "-f", "raw", "-F", kind, "--", str(raw), str(target))
    except subprocess.CalledProcessError as error:
        target.unlink(missing_ok=True)
        said = (error.stderr or error.stdout).decode(errors="replace").strip() or f"exit {error.returncode}"
        raise Problem(f"no {kind} could be made", said, "restore as raw", ExitCode.CANNOT_JUDGE) from error
    finally:
        raw.unlink(missing_ok=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=CONVERT_SECONDS_MAX)  # noqa: S603  (no shell)


@click.group()
def job() -> None:
    """Jobs of an appliance."""


@job.command("list")
@machine_option
@state_option
@format_option("text", "json")
def list_jobs(machine: str, state: Path, form: str) -> int:
    """List the jobs, oldest first."""
    show_rows(ask(state, "job.list", machine=machine), JOBS, form)
    return 0


@click.group()
def event() -> None:
    """Events of an appliance."""


@event.command("list")
@machine_option
@state_option
@format_option("text", "json")
def list_events(machine: str, state: Path, form: str) -> int:
    """List the events, oldest first."""
    show_rows(ask(state, "event.list", machine=machine), EVENTS, form)
    return 0
