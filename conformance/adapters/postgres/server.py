"""One server in a data directory: start, ask, stop, kill. Rule: a directory may outlive its server, and be read then.

All options stand on the command line, because `pg_rewind` copies the files of the other side.
"""

import contextlib
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from siteproof.conformance.adapters.frame.child import Child, as_user, needed, ran
from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.conformance.adapters.postgres.client import USER, DatabaseClient

PACKAGES = "apt-get install --no-install-recommends postgresql-15"
PROGRAMS = ("initdb", "postgres", "pg_basebackup", "pg_rewind", "setpriv")
ACCOUNT = "postgres"  # who runs the servers where we are root, which they refuse
START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 15.0
SHARED: Mapping[str, str] = {
    "listen_addresses": "",
    "fsync": "off",  # a process is killed here, never the system below it
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: nothing is left anywhere else
    "max_connections": "12",
    "max_wal_senders": "4",
    "wal_keep_size": "256MB",
    "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_status_interval": "1s",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "jit": "off",
    "logging_collector": "off",
}
INITDB = ("--no-sync", "--no-instructions", "-k", "--wal-segsize=1", "-A", "trust", "-E", "UTF8", "--locale=C")
TOLD = ("fsync", "wal_keep_size", "autovacuum")


def programs() -> dict[str, str]:
    """Where the programs are; Problem (exit 3) with the package when they are missing."""
    beside = [str(each) for each in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return needed("PostgreSQL", PACKAGES, *PROGRAMS, beside=beside)


def version() -> str:
    """The release that is installed."""
    return ran((programs()["postgres"], "--version")).split()[2]


def initialised(folder: Path) -> Path:
    """A new, empty data directory in that folder, to be copied; segments of the log are 1 MiB."""
    owned(folder)
    data = folder / "template"
    ran((programs()["initdb"], "-D", str(data), "-U", USER, *INITDB), ACCOUNT)
    with (data / "postgresql.conf").open("a") as file:  # pg_rewind recovers a server that was killed by this file alone
        file.write(f"wal_keep_size = {SHARED['wal_keep_size']}\n")
    return data


def owned(path: Path, *, file: bool = False) -> Path:
    """That folder (or file), made if need be, which the servers may write."""
    if file:
        path.touch()
    else:
        path.mkdir(exist_ok=True)
    if as_user(ACCOUNT):
        shutil.chown(path, ACCOUNT, ACCOUNT)
    return path


def copied(data: Path, to: Path) -> Path:
    """A copy of a data directory whose server is off, with its owner."""
    ran(("cp", "-a", str(data), str(to)))
    (to / "postmaster.pid").unlink(missing_ok=True)
    return to


class DatabaseServer:
    """A server on `data`; its socket and its log stand in folders beside it."""

    def __init__(self, data: Path, options: Mapping[str, str]) -> None:
        """Start it, which may take several attempts while an old one that was killed still lets go of its memory."""
        self.data = data
        self.socket = data.with_name(f"{data.name}.socket")
        self._options = options
        owned(self.socket)
        self._client: DatabaseClient | None = None
        end = time.monotonic() + START_SECONDS_MAX
        self._child = self._spawned()
        while not self._answers():
            if time.monotonic() > end:
                self.kill()
                raise ProductTrouble(f"PostgreSQL does not start: {self._child.last_words()}")
            if not self._child.runs:
                self._child = self._spawned()
            time.sleep(0.02)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._child.runs

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query's answer."""
        return self._connected().ask(query)

    def value(self, query: str) -> str:
        """The first field of a query's answer."""
        return self._connected().value(query)

    def until(self, query: str, seconds: float, what: str) -> None:
        """Wait until that query says `t`; ProductTrouble when it takes longer."""
        end = time.monotonic() + seconds
        while self.value(query) != "t":
            if time.monotonic() > end:
                raise ProductTrouble(f"{what}: not within {seconds:g} s")
            time.sleep(0.01)

    def stop(self) -> None:
        """A fast shutdown: whoever streams from it gets everything first."""
        self._let_go()
        self._child.stop(signal.SIGINT, STOP_SECONDS_MAX)

    def kill(self) -> None:
        """End it at once, as a crash does for its data; unlike one, its children are gone when this returns."""
        self._let_go()
        with contextlib.suppress(ProductTrouble):
            self._child.stop(signal.SIGQUIT, STOP_SECONDS_MAX)

    def strike(self) -> None:
        """SIGKILL from any thread."""
        self._child.kill()

    def _spawned(self) -> Child:
        options = {**SHARED, "unix_socket_directories": str(self.socket), **self._options}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = self.socket / "log"
        return Child((programs()["postgres"], "-D", str(self.data), *words), log, user=ACCOUNT)

    def _answers(self) -> bool:
        with contextlib.suppress(ProductTrouble):
            return self.value("SELECT 1") == "1"
        return False

    def _connected(self) -> DatabaseClient:
        if self._client is None:
            self._client = DatabaseClient(self.socket)
        return self._client

    def _let_go(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None
