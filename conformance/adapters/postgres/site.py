"""One site: a data directory with its server, the way in for the other site, and an archive of the log.

Rule: what travels to or from the other site goes through `link`; the archive is the site's own, filled by its server.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from siteproof.conformance.adapters.frame.child import ran
from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.conformance.adapters.postgres.client import SOCKET, USER
from siteproof.conformance.adapters.postgres.server import ACCOUNT, DatabaseServer, copied, owned, programs

PROMOTED_SECONDS_MAX = 25.0


class PostgresSite:
    """The site of that name in a machine's folder; where it `archives`, every finished segment is kept beside it."""

    def __init__(self, folder: Path, name: str, *, archives: bool) -> None:
        """Nothing is there yet."""
        self.name, self._folder, self._archives = name, folder, archives
        self.data = folder / name
        self.archive = owned(folder / f"{name}.archive")
        self.server: DatabaseServer | None = None
        self._options: Mapping[str, str] = {}
        entrance = owned(folder / f"{name}.door") / SOCKET
        self.link = Link(entrance, folder / f"{name}.socket" / SOCKET, pulls=True)
        entrance.chmod(0o777)  # its folder is nobody else's

    @property
    def asked_by_link(self) -> str:
        """How the other site's server reaches this one."""
        return f"host={self._folder}/{self.name}.door port=5432 user={USER} dbname=postgres"

    @property
    def up(self) -> DatabaseServer:
        """The server; ProductTrouble when it does not run."""
        if self.server is None or not self.server.runs:
            raise ProductTrouble(f"the server at {self.name} does not run")
        return self.server

    def start(self, further: Mapping[str, str] | None = None) -> DatabaseServer:
        """Start what stands in the data directory."""
        self._options = {**self._archiving(), **(further or {})}
        self.server = DatabaseServer(self.data, self._options)
        return self.server

    def follow(self, other: "PostgresSite") -> None:
        """Start it as a standby of the other site."""
        owned(self.data / "standby.signal", file=True)
        self.start({"primary_conninfo": other.asked_by_link})

    def revive(self) -> None:
        """Start a server that was struck as it was before."""
        if self.server is not None and not self.server.runs:
            self.server.kill()
            self.server = DatabaseServer(self.data, self._options)

    def stop(self) -> None:
        """A fast shutdown; harmless when it is off."""
        if self.server is not None and self.server.runs:
            self.server.stop()
        self.server = None

    def kill(self) -> None:
        """End it as a crash does; harmless when it is off."""
        if self.server is not None:
            self.server.kill()
        self.server = None

    def promote(self) -> None:
        """Let the standby take over with all that it has received."""
        server = self.up
        if server.value("SELECT pg_is_in_recovery()") == "t":
            server.ask(f"SELECT pg_promote(true, {PROMOTED_SECONDS_MAX:.0f})")
            server.until("SELECT NOT pg_is_in_recovery()", PROMOTED_SECONDS_MAX, f"the promotion at {self.name}")

    def copy_from(self, other: "PostgresSite") -> None:
        """A base backup of the other site's running server."""
        self.discard()
        words = ("-X", "stream", "-c", "fast", "--no-sync", "-d", other.asked_by_link.removesuffix(" dbname=postgres"))
        ran((programs()["pg_basebackup"], "-D", str(self.data), *words), ACCOUNT)

    def rewind_to(self, other: "PostgresSite") -> None:
        """`pg_rewind`: what this side has alone goes, what the other side has is fetched."""
        self.stop()
        other.up.ask("CHECKPOINT")
        words = ("--no-sync", f"--source-server={other.asked_by_link}")
        ran((programs()["pg_rewind"], "-D", str(self.data), *words), ACCOUNT)

    def discard(self) -> None:
        """Forget the data directory and the archive."""
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.archive)
        owned(self.archive)

    def recovered(self, base: Path, point: str, timeline: int, to: Path | None = None) -> DatabaseServer:
        """A server of its own (or this site's, when no folder is named) that was recovered to a named point."""
        target = {
            "restore_command": f"cp {self.archive}/%f %p",
            "recovery_target_name": point,
            "recovery_target_timeline": str(timeline),
            "recovery_target_action": "promote",
        }
        data = copied(base, to or self.data)
        owned(data / "recovery.signal", file=True)
        server = DatabaseServer(data, target) if to else self.start(target)
        server.until("SELECT NOT pg_is_in_recovery()", PROMOTED_SECONDS_MAX, f"the recovery to {point}")
        return server

    def close(self) -> None:
        """Nothing runs any more."""
        self.kill()
        self.link.close()

    def _archiving(self) -> Mapping[str, str]:
        if not self._archives:
            return {}
        command = f"cp %p {self.archive}/new && mv {self.archive}/new {self.archive}/%f"
        return {"archive_mode": "always", "archive_command": command}
