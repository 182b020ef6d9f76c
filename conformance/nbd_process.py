"""Copies an NBD export to a file with the tools of libnbd or QEMU; the only place of the judge that starts them.

Rule: a URI is an argument, never a shell's; every call has a time limit, and a failure is one clear Problem.
"""

import shutil
import subprocess
from pathlib import Path

from siteproof.model.nouns.problem import ExitCode, Problem

COPY_SECONDS_MAX = 600
_SCHEMES = ("nbd://", "nbd+unix://", "nbds://", "nbds+unix://")


def copy_to_file(uri: str, target: Path) -> Path:
    """Copy the whole export at `uri` to the raw file `target` and return it."""
    if not uri.startswith(_SCHEMES):
        raise _problem(uri, "it is not an NBD URI", f"use one of {', '.join(_SCHEMES)}")
    _run(uri, [*_copier(uri), uri, str(target)])
    return target


def _copier(uri: str) -> list[str]:
    if path := shutil.which("nbdcopy"):
        return [path, "--"]
    if path := shutil.which("qemu-img"):
        return [path, "convert", "-f", "raw", "-O", "raw"]
    raise _problem(uri, "neither nbdcopy nor qemu-img is installed", "install libnbd-bin or qemu-utils")


def _run(uri: str, command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=COPY_SECONDS_MAX)  # noqa: S603  (no shell, and the URI's scheme is checked)
    except subprocess.TimeoutExpired as error:
        raise _problem(
            uri, f"the copy did not end within {COPY_SECONDS_MAX} s", "is the export's server alive?"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise _problem(uri, said[-1] if said else f"exit {error.returncode}", "is the export there?") from error


def _problem(uri: str, cause: str, hint: str) -> Problem:
    return Problem(f"the image at {uri} cannot be read", cause, hint, ExitCode.CANNOT_JUDGE)
