"""Files that a user names on the command line; what cannot be read or written is a Problem that names the file.

Rule: only regular files are read, and never more of one than was asked for: a device or a pipe has no end.
"""

import os
import stat
from pathlib import Path

from siteproof.model.nouns.problem import Problem


def read_bytes(file: str | Path, bytes_max: int, hint: str) -> bytes:
    """All bytes of a regular file that has at most `bytes_max`; Problem with the hint for every other one."""
    problem = f"cannot read {str(file)!r}"
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:  # noqa: PTH123  (a FIFO would block)
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise Problem(problem, "it is not a regular file", hint)
            data = opened.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        raise Problem(problem, getattr(error, "strerror", None) or str(error), hint) from None
    if len(data) > bytes_max:
        raise Problem(problem, f"it is larger than {bytes_max} bytes", hint)
    return data


def write_text(file: str, text: str) -> None:
    """Write UTF-8 text; Problem when it cannot be written."""
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem(f"cannot write {file!r}", reason, "name a file in a folder of yours") from None
