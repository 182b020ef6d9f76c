"""Files that a user names on the command line; what cannot be read or written is a Problem that names the file.

Rule: only regular files are read, and never more of one than was asked for: a device or a pipe has no end.
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from siteproof.model.nouns.problem import ExitCode, Problem

STDIN = "-"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
"""No path is wrong: the place itself gives no more."""


def read_bytes(file: str | Path, bytes_max: int, hint: str) -> bytes:
    """All bytes of a regular file, or of standard input for `-`, at most `bytes_max`; Problem with the hint else."""
    with reading(file, bytes_max, hint) as read:
        return read(-1)


@contextlib.contextmanager
def reading(file: str | Path, bytes_max: int, hint: str) -> Iterator[Callable[[int], bytes]]:
    """A function that gives the next bytes of a file as `read_bytes` would give all of them (-1: what is left)."""
    problem, given = f"cannot read {str(file)!r}", 0

    def read(wanted: int) -> bytes:
        nonlocal given
        most = bytes_max + 1 - given
        try:
            data = stream.read(most if wanted < 0 else min(wanted, most))
        except (OSError, ValueError) as error:
            raise refused(problem, error, hint) from None
        given += len(data)
        if given > bytes_max:
            raise Problem(problem, f"it is larger than {bytes_max} bytes", hint)
        return data

    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer if str(file) == STDIN else stack.enter_context(_regular(file, problem, hint))
        yield read


def _regular(file: str | Path, problem: str, hint: str) -> BinaryIO:
    try:
        opened = open(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")  # noqa: PTH123, SIM115  (a FIFO would block; the caller closes)
        if stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return opened
        opened.close()
    except (OSError, ValueError) as error:
        raise refused(problem, error, hint) from None
    raise Problem(problem, "it is not a regular file", hint)


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
