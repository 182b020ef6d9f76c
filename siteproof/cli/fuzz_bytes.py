"""`siteproof fuzz bytes`: everything that reads bytes from outside is given bytes that are nearly right.

Rule: with --executions the run is the same everywhere; every failing input is kept as a file, at its shortest.
"""

import hashlib
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.files import make_folder
from siteproof.cli.fuzz_options import Seed, seed_option
from siteproof.cli.options import duration, format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.conformance.render import text
from siteproof.fuzz.bytes.run import TARGETS, ByteFailure, ByteRun
from siteproof.model.nouns.problem import ExitCode, Problem

USUAL = 20_000
EXECUTIONS_MAX = 10_000_000_000


@click.command("bytes")
@click.option("--target", "names", multiple=True, type=click.Choice(list(TARGETS)), help="Only these; may be repeated.")
@click.option(
    "--executions", type=whole(1, EXECUTIONS_MAX), help=f"At most so many [default: {USUAL:,}, without --time]."
)
@click.option("--time", "seconds", type=duration, help="Budget of time.")
@click.option("--engine", type=click.Choice(("own", "atheris")), default="own", show_default=True,
              help="Who makes the inputs; atheris follows branches (extra `bytes`).")  # fmt: skip
@seed_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder.")
@format_option("text")
def read(
    names: tuple[str, ...], executions: int | None, seconds: float | None, engine: str, seed: Seed, out: Path
) -> int:
    """Frames, segments, catalogues, messages, logs, policies, plans, exports, requests, NBD: bytes nearly right."""
    most = executions or (EXECUTIONS_MAX if seconds else USUAL)
    click.echo(f"siteproof {__version__} · fuzz bytes · seed {seed} · engine {engine}")
    folder = make_folder(out / "bytes")
    chosen = [TARGETS[name] for name in names or TARGETS]
    if engine == "atheris":
        return _atheris([each.name for each in chosen], most, seed, folder)
    run = ByteRun(chosen, seed.number)
    end = time.monotonic() + seconds if seconds else None
    with beating(lambda past: f"{run.total:,} executions ({run.total / max(past, 1e-3):,.0f}/s)"):
        run.go(most, lambda: end is not None and time.monotonic() >= end)
    for target in chosen:
        click.echo(f"  {target.name:<10} {run.executions.get(target.name, 0):>12,}  {target.equation}")
    for failure in run.failures.values():
        _keep(failure, folder)
    click.echo(f"{run.total:,} executions, {len(run.failures)} ways to fail")
    return ExitCode.VIOLATION if run.failures else ExitCode.OK


def _keep(failure: ByteFailure, folder: Path) -> None:
    digest = hashlib.blake2b(failure.way.encode(), digest_size=4).hexdigest()
    path = folder / f"{failure.target.replace(' ', '-')}-{digest}.bin"
    path.write_bytes(failure.data)
    click.echo(text.printable(f"FAIL  {failure.target}: {failure.said} ({len(failure.data)} bytes: {path})"))


def _atheris(names: Sequence[str], runs: int, seed: Seed, folder: Path) -> int:
    """Target after target in a process of its own; what it prints is shown."""
    if find_spec("atheris") is None:
        raise Problem("--engine atheris needs a package that is not installed", "no atheris",
                      "pip install 'siteproof[bytes]'")  # fmt: skip
    each = max(1, min(runs, EXECUTIONS_MAX) // len(names))
    wrong = 0
    for name in names:
        words = [
            sys.executable,
            "-m",
            "siteproof.fuzz.bytes.with_atheris",
            name,
            str(each),
            str(seed.number),
            str(folder),
        ]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  (our own module)
        done = ended.stderr.strip().splitlines()[-1:] or [f"{each} runs"]
        click.echo(text.printable(f"  {name:<10} {'ok' if ended.returncode == 0 else 'FAIL'}  {done[0]}"))
        wrong += ended.returncode != 0
    return ExitCode.VIOLATION if wrong else ExitCode.OK
