"""One site: a cluster of a monitor and an OSD, its rbd-mirror daemon, and our client of it.

Rule: a daemon ends when we do, whatever happens to us; starting is done by the thread that owns the site, killing by
any.
"""

import json
import os
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siteproof.conformance.adapters.ceph import settings
from siteproof.conformance.adapters.ceph.binding import HINT, rados, until
from siteproof.conformance.adapters.ceph.network import Network, address
from siteproof.model.nouns.problem import ExitCode, Problem

START_SECONDS_MAX = 60.0
POOL = "rbd"


class CephSite:
    """The site of that name; `io` is the pool of its images once `open` has returned."""

    def __init__(self, network: Network, name: str, folder: Path, further: Mapping[str, str]) -> None:
        """Make the monitor's store and start it."""
        self.name, self._network, self._folder = name, network, folder / name
        self._folder.mkdir()
        self.conf = self._folder / f"{name}.conf"
        self._fsid = str(uuid.uuid4())
        self.conf.write_text(settings.text(self._folder, self._fsid, address(name), further))
        (self._folder / "keyring").touch()
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._make_monitor()

    def open(self) -> None:
        """Connect, make the OSD and the pool."""
        conf = {**settings.CLIENT, "log_file": f"{self._folder}/client.log"}
        self.cluster = rados().Rados(conffile=str(self.conf), name="client.admin", conf=conf)
        self.cluster.connect(timeout=START_SECONDS_MAX)
        osd = str(uuid.uuid4())
        self._ask("osd new", uuid=osd)
        self._ask("osd crush add", id=0, weight=1.0, args=["root=default", f"host=h{self.name}"])
        (self._folder / "osd").mkdir()
        self._run("ceph-osd", "--mkfs", "-i", "0", "-c", str(self.conf), "--osd-uuid", osd)
        self._start("osd", "ceph-osd", "-f", "-i", "0", "-c", str(self.conf))
        until("the OSD", lambda: self._ask("osd stat").get("num_up_osds") == 1, START_SECONDS_MAX)
        self._ask("osd pool create", pool=POOL, pg_num=8)
        self._ask("osd pool application enable", pool=POOL, app="rbd")
        self.io = self.cluster.open_ioctx(POOL)

    def know(self, other: "CephSite") -> None:
        """Leave the other site's configuration where this site's mirror daemon looks for it."""
        peer = settings.text_of_peer(self._folder, other.conf.read_text())
        (self._folder / other.conf.name).write_text(peer)

    def start_mirror(self) -> None:
        """Start rbd-mirror unless it runs."""
        if "mirror" not in self._daemons:
            self._start("mirror", "rbd-mirror", "-f", "-c", str(self.conf), "-n", "client.admin")

    def kill_mirror(self) -> None:
        """End rbd-mirror at once."""
        self._kill("mirror")

    def close(self) -> None:
        """End everything."""
        for name in ("mirror", "osd", "mon"):
            self._kill(name)

    def _make_monitor(self) -> None:
        monmap, conf = str(self._folder / "monmap"), str(self.conf)
        peer = ("--addv", "m", f"[v2:{address(self.name)}:3300]", "--set-min-mon-release", "16")
        self._run("monmaptool", "--create", "--fsid", self._fsid, *peer, monmap)
        self._run("ceph-mon", "--mkfs", "-i", "m", "-c", conf, "--monmap", monmap)
        self._start("mon", "ceph-mon", "-f", "-i", "m", "-c", conf)

    def _ask(self, prefix: str, **arguments: Any) -> Any:
        status, answer, error = self.cluster.mon_command(
            json.dumps({"prefix": prefix, "format": "json", **arguments}), b""
        )
        if status:
            raise Problem(f"Ceph refuses `{prefix}`", f"{status}: {error}", HINT, ExitCode.CANNOT_JUDGE)
        return json.loads(answer) if answer.strip() else None

    def _start(self, key: str, *command: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CEPH")}
        with (self._folder / f"{key}.out").open("ab") as log:
            self._daemons[key] = subprocess.Popen(  # noqa: S603  (the arguments are ours)
                (*self._network.inside(self.name), *command),
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _kill(self, key: str) -> None:
        daemon = self._daemons.pop(key, None)
        if daemon is not None:
            daemon.kill()
            daemon.wait()

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS_MAX, check=False)  # noqa: S603  (the arguments are ours)
        if done.returncode:
            cause = (done.stdout + done.stderr).strip()[-300:]
            raise Problem(f"{command[0]} failed", cause, HINT, ExitCode.CANNOT_JUDGE)
