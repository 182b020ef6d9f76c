"""What is said when a device does not do what it was asked (EIO, ENOSPC, a failed sync).

Maintainers keep: whoever hears of it believes nothing that was not durable before; only opening anew goes on.
"""

import errno

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import Problem

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoreFailed(Problem):
    """An effect or a read failed at the device; `full` when only space is missing, `code` names the event."""

    code_of_event = ErrorCode.LOG_UPLOAD_LOCATION_NOT_HEALTHY

    def __init__(self, what: str, cause: str, *, full: bool = False) -> None:
        """`what` was tried, `cause` is the device's word for why not."""
        self.full = full
        hint = "make room in the store" if full else "check the device; nothing acknowledged is lost"
        super().__init__(f"the store could not {what}", cause, hint)


class SourceFailed(StoreFailed):
    """The disk of a production machine, or its change bitmap, could not be read or written."""

    code_of_event = ErrorCode.SOURCE_DISK_FAILED


def refused(what: str, error: OSError) -> StoreFailed:
    """The failure that an OSError stands for."""
    return StoreFailed(what, error.strerror or "unknown", full=error.errno in FULL)
