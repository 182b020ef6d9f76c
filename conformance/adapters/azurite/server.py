"""Azurite's blob service with an account of its own. Rule: it keeps its port and its folder over a crash."""

import base64
import json
import os
import secrets
import shutil
import socket
from pathlib import Path

from siteproof.conformance.adapters.azurite.store import ACCOUNT, BlobStore
from siteproof.conformance.adapters.frame.child import Child, needed
from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.frame.scratch import ScratchFolder

PROGRAM = "azurite-blob"
PACKAGES = "npm install -g azurite, or name the folder of its programs in PATH"
START_SECONDS_MAX = 60.0


def version() -> str:
    """The release that is installed; Problem (exit 3) when there is none."""
    program = Path(needed("Azurite", PACKAGES, PROGRAM, "node")[PROGRAM]).resolve()
    for folder in program.parents:
        if (told := folder / "package.json").is_file():
            return str(json.loads(told.read_text(encoding="utf-8"))["version"])
    return "unknown"


class AzuriteServer:
    """The service at `port` of this machine, and the `link` by which a source reaches it."""

    def __init__(self) -> None:
        """Start it: two seconds."""
        self._programs = needed("Azurite", PACKAGES, PROGRAM, "node")
        self._scratch = ScratchFolder("siteproof-azurite-", in_memory=False)
        self.folder = self._scratch.path
        self.port = _free_port()
        self._key = secrets.token_bytes(64)
        self._child: Child | None = None
        self.revive()
        self.link = Link(0, self.port)

    def store(self, container: str, *, by_link: bool) -> BlobStore:
        """The container, as the source sees it over the link or as the recovery site does."""
        entrance = self.link.entrance
        assert isinstance(entrance, int), "the link begins at a port"
        return BlobStore(entrance if by_link else self.port, self._key, container)

    def crash(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()

    def revive(self) -> None:
        """Start it unless it runs; what it finds is what it had saved."""
        if self._child is not None and self._child.runs:
            return
        where = ("--blobHost", "127.0.0.1", "--blobPort", str(self.port), "-l", str(self.folder / "data"))
        account = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{base64.b64encode(self._key).decode()}"}
        account["PATH"] = os.pathsep.join((str(Path(self._programs["node"]).parent), os.environ.get("PATH", "")))
        command = (self._programs[PROGRAM], *where, "--silent", "--disableTelemetry")
        self._child = Child(command, self.folder / "azurite.log", account)
        self._child.ready(self._answers, START_SECONDS_MAX)

    def close(self) -> None:
        """End it and delete its folder."""
        self.link.close()
        self.crash()
        self._scratch.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
