"""Scripts of recovery plans: executable files of the state directory, run as the appliance's own user.

Maintainers keep: only who owns the state directory can put a script there; a plan names it and can give it nothing but
four words in its environment. A script has no terminal, and ends with the process that runs it.
"""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PREFIX = "SITEPROOF_"
GRACE_SECONDS = 2.0


class Script:
    """One script that was started."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """It runs in a session of its own."""
        self._process = process

    @property
    def running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def end(self) -> bool:
        """Whether it has succeeded; one that still runs is ended, with all that it has started, and has not."""
        if not self.running:
            return self._process.returncode == 0
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
                break
        return False


class Scripts:
    """The executable files of one folder."""

    def __init__(self, folder: Path) -> None:
        """The folder need not be there: then there are none."""
        self.folder = folder

    def start(self, name: str, facts: Mapping[str, str]) -> Script | None:
        """Run the script of that name; None when there is none that can be run."""
        path = self.path(name)
        if path is None:
            return None
        words = {f"{PREFIX}{key}": value for key, value in facts.items()}
        environment = {"PATH": os.environ.get("PATH", os.defpath), **words}
        try:
            process = subprocess.Popen(  # noqa: S603  (a file of the owner's folder, checked above; no shell)
                [str(path)],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError):
            return None
        return Script(process)

    def path(self, name: str) -> Path | None:
        """Where it is: a file of the folder itself, never one that a name leads to elsewhere."""
        if not name or name[0] == "." or "/" in name or "\0" in name:
            return None
        path = self.folder / name
        fits = path.is_file() and not path.is_symlink() and os.access(path, os.X_OK)
        return path.absolute() if fits else None
