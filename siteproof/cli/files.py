"""Files that a user names on the command line; what cannot be read or written is a Problem that names the file.

Rule: only regular files are read, and never more of one than was asked for: a device or a pipe has no end.
"""

import errno
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from siteproof.model.nouns.problem import ExitCode, Problem

STDIN = "-"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
"""No path is wrong: the place itself gives no more."""


def read_bytes(file: str | Path, bytes_max: int, hint: str) -> bytes:
    """All bytes of a regular file, or of standard input for `-`, at most `bytes_max`; Problem with the hint else."""
    problem = f"cannot read {str(file)!r}"
    if str(file) == STDIN:
        return _bounded(sys.stdin.buffer.read(bytes_max + 1), bytes_max, problem, hint)
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:  # noqa: PTH123  (a FIFO would block)
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise Problem(problem, "it is not a regular file", hint)
            data = opened.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        raise refused(problem, error, hint) from None
    return _bounded(data, bytes_max, problem, hint)


def _bounded(data: bytes, bytes_max: int, problem: str, hint: str) -> bytes:
    if len(data) > bytes_max:
        raise Problem(problem, f"it is larger than {bytes_max} bytes", hint)
    return data


def refused(what: str, error: Exception, hint: str) -> Problem:
    """What the machine answered to a path (exit code 2) or, where the place gives no more, to a write (3)."""
    code = ExitCode.CANNOT_JUDGE if getattr(error, "errno", None) in FULL else ExitCode.USAGE
    return Problem(what, getattr(error, "strerror", None) or str(error), hint, code)


def make_folder(out: Path) -> Path:
    """The folder, made when it is not there; Problem when it cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise refused(f"{out} cannot be written", error, "name a folder with --out") from error
    return out


def write_files(files: Mapping[str, str], out: Path) -> None:
    """Write UTF-8 texts, by name, into a folder (made when it is not there); Problem when one cannot be written."""
    make_folder(out)
    for name, text in files.items():
        write_text(str(out / name), text)


def write_text(file: str, text: str) -> None:
    """Write UTF-8 text; Problem when it cannot be written."""
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise refused(f"cannot write {file!r}", error, "name a file in a folder of yours that has room") from None
