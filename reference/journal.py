"""The journal: what an operator reads afterwards, one JSON line for every job and event of an appliance.

Rule: names, codes and times only; never a byte of a disk and never key material.
"""

import contextlib
import functools
import json
from collections.abc import Callable
from pathlib import Path

from loguru import logger

BYTES_MAX = 16 * 1024 * 1024
FILES_MAX = 4

VARIABLE = "SITEPROOF_JOURNAL"  # names the file in the environment

Note = Callable[..., None]


def silent(_what: str, **_facts: object) -> None:
    """The journal of an appliance that keeps none."""


@functools.cache
def journal(path: Path) -> Note:
    """Append JSON lines to `path`, at most BYTES_MAX before it is rotated and FILES_MAX files in all.

    The returned function takes the name of what happened and plain facts about it.
    """
    with contextlib.suppress(ValueError):
        logger.remove(0)  # loguru's own handler would print every line on stderr, too
    logger.add(
        path,
        format="{extra[line]}",
        filter=lambda record: record["extra"].get("journal") == str(path),
        rotation=BYTES_MAX,
        retention=FILES_MAX,
        level="INFO",
        catch=False,
    )
    bound = logger.bind(journal=str(path))

    def note(what: str, **facts: object) -> None:
        line = json.dumps({"what": what, **facts}, sort_keys=True)
        bound.bind(line=line).info("")

    return note
