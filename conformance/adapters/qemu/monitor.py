"""A daemon's monitor: one QMP command at a time, each within a bound, on qemu.qmp and an event loop of its own.

Rule: the loop belongs to the monitor and ends with it, whichever thread asks, so that nothing is left to a collector.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from siteproof.model.nouns.problem import ExitCode, Problem

COMMAND_SECONDS_MAX = 30.0


class CommandError(Exception):
    """The daemon answered a QMP command with an error, or not at all; the message tells which."""


class Monitor:
    """An open connection to the monitor behind the unix socket `socket`."""

    def __init__(self, socket: Path) -> None:
        """Connect and negotiate; Problem (exit 3) when qemu.qmp is missing."""
        self._qmp = library()
        self._loop = asyncio.new_event_loop()
        self._client = self._qmp.QMPClient()
        self._bounded(self._client.connect(str(socket)))

    def ask(self, command: str, arguments: dict[str, Any]) -> Any:
        """The command's value; CommandError carries the daemon's error."""
        try:
            return self._bounded(self._client.execute(command, arguments or None))
        except self._qmp.ExecuteError as error:
            raise CommandError(str(error)) from error
        except Exception as error:  # every failure of the connection means the same: the daemon is gone
            raise CommandError(f"the daemon does not answer ({error!r})") from error

    def close(self) -> None:
        """Disconnect and end the loop; harmless when the daemon has gone."""
        with contextlib.suppress(Exception):
            self._bounded(self._client.disconnect())
        with contextlib.suppress(RuntimeError):  # another thread still waits in it; the bound will end that
            self._loop.close()

    def _bounded(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(asyncio.wait_for(work, COMMAND_SECONDS_MAX))


def library() -> Any:
    """The module qemu.qmp; Problem (exit 3) when it is not installed."""
    try:
        import qemu.qmp  # noqa: PLC0415  (an optional extra, only needed here)
    except ImportError as error:
        raise Problem("qemu.qmp is missing", str(error), "install siteproof[qemu]", ExitCode.CANNOT_JUDGE) from error
    return qemu.qmp
