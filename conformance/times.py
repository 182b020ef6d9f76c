"""How long each case took: a file beside the results, because time is no part of what a run says.

Rule: whoever reads it can do without it; a file that is not there, or not ours, holds nothing.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

FILE_NAME = "times.json"


def save(results_path: Path, seconds: Mapping[str, float]) -> None:
    """Write the wall time of each case, in seconds, beside the results."""
    text = msgspec.json.format(msgspec.json.encode(dict(seconds)), indent=1)
    results_path.with_name(FILE_NAME).write_bytes(text)


def load(results_path: Path) -> dict[str, float]:
    """The wall time of each case of the last run, in seconds."""
    with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(results_path.with_name(FILE_NAME).read_bytes(), type=dict[str, float])
    return {}
