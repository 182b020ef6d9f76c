"""A private folder that goes with its owner, however that one ends.

Rule: a small shell reads a pipe that only the owner holds; when it closes, even by SIGKILL, the folder is deleted.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (mkdtemp makes a private folder in it)
_LEASH = 'read -r _; sleep 1; rm -rf -- "$1"'


class ScratchFolder:
    """The folder `path`, in memory where there is some and it is asked for."""

    def __init__(self, prefix: str, *, in_memory: bool) -> None:
        """Make it."""
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if in_memory and MEMORY.is_dir() else None))
        self._leash = subprocess.Popen(  # noqa: S603  (the arguments are ours)
            ("/bin/sh", "-c", _LEASH, "leash", str(self.path)), stdin=subprocess.PIPE, start_new_session=True
        )

    def release(self) -> None:
        """Delete it; harmless the second time."""
        self._leash.kill()
        self._leash.wait()
        if self._leash.stdin:
            self._leash.stdin.close()
        shutil.rmtree(self.path, ignore_errors=True)
