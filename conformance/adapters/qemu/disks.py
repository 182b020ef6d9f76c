"""Disks inside a daemon: qcow2 files, exports, dirty bitmaps, backups, as QMP commands. Rule: no state is kept here.

A node's name is also its file's and its export's name: names are made of indexes, never of what a scenario says.
"""

import contextlib
from pathlib import Path
from typing import Any

from siteproof.conformance.adapters.qemu.client import Connection
from siteproof.conformance.adapters.qemu.process import Daemon, wait_for

BITMAP = "replication"
GRANULARITY_BYTES = 65_536
EXPORT_SECONDS_MAX = 30.0


def create(daemon: Daemon, node: str, folder: Path, size_bytes: int, backing: str = "") -> None:
    """Make a new qcow2 disk and open it as `node`; with `backing` it is an overlay on that node of the same folder."""
    path = _path(folder, node)
    Path(path).touch()
    daemon.execute("blockdev-add", driver="file", node_name=f"{node}-f", filename=path, discard="unmap")
    options = {"driver": "qcow2", "file": f"{node}-f", "size": size_bytes}
    if backing:
        options |= {"backing-file": _path(folder, backing), "backing-fmt": "qcow2"}
    daemon.run_job("blockdev-create", "create", options=options)
    _open_format(daemon, node, backing)


def create_overlay(daemon: Daemon, node: str, folder: Path, size_bytes: int, below: str) -> None:
    """Make a new layer on the open node `below`; whoever uses that node writes to the layer from now on."""
    path = _path(folder, node)
    Path(path).touch()
    daemon.execute("blockdev-add", driver="file", node_name=f"{node}-f", filename=path, discard="unmap")
    options = {"driver": "qcow2", "file": f"{node}-f", "size": size_bytes}
    options |= {"backing-file": _path(folder, below), "backing-fmt": "qcow2"}
    daemon.run_job("blockdev-create", "create", options=options)
    _open_format(daemon, node, "")
    daemon.execute("blockdev-snapshot", node=below, overlay=node)


def reopen(daemon: Daemon, node: str, folder: Path, backing: str = "") -> None:
    """Open the existing disk of that name as `node`, as a daemon does after it has died."""
    daemon.execute("blockdev-add", driver="file", node_name=f"{node}-f", filename=_path(folder, node), discard="unmap")
    _open_format(daemon, node, backing)


def delete(daemon: Daemon, node: str, folder: Path) -> None:
    """Close the node and delete its file."""
    daemon.execute("blockdev-del", node_name=node)
    daemon.execute("blockdev-del", node_name=f"{node}-f")
    remove_file(folder, node)


def remove_file(folder: Path, node: str) -> None:
    """Delete the file of a disk that is open nowhere."""
    Path(_path(folder, node)).unlink()


def export(daemon: Daemon, node: str, *, writable: bool) -> None:
    """Offer the node over NBD under its own name."""
    daemon.execute("block-export-add", type="nbd", id=node, node_name=node, name=node, writable=writable)


def unexport(daemon: Daemon, node: str) -> None:
    """Withdraw the export, dropping its clients, and return when it is gone."""
    daemon.execute("block-export-del", id=node, mode="hard")
    wait_for(lambda: node not in _exports(daemon), EXPORT_SECONDS_MAX, f"the end of export {node}")


def copy_out(daemon: Daemon, node: str, path: Path) -> None:
    """Read the whole node through a read-only export into the raw file `path`."""
    export(daemon, node, writable=False)
    try:
        with contextlib.closing(Connection(daemon.nbd_socket, node)) as connection:
            connection.copy_to(path)
    finally:
        unexport(daemon, node)


def attach(daemon: Daemon, node: str, socket: Path, name: str) -> None:
    """Open another daemon's export `name`, behind `socket`, as `node`; CommandError when it is out of reach."""
    server = {"type": "unix", "path": str(socket)}
    daemon.execute("blockdev-add", driver="nbd", node_name=node, server=server, export=name)


def detach(daemon: Daemon, node: str) -> None:
    """Close what `attach` opened; its writes are flushed first."""
    daemon.execute("blockdev-del", node_name=node)


def full_backup(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The transaction that starts tracking and copies every disk (source, target) as of one common instant."""
    tracking = [{"type": "block-dirty-bitmap-add", "data": _bitmap(source)} for source, _ in pairs]
    return {"actions": tracking + [_backup(*pair, {"sync": "full"}) for pair in pairs]}


def increment(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The transaction that copies what is dirty as of one common instant; the bitmaps are cleared all or none."""
    how = {"sync": "bitmap", "bitmap": BITMAP, "bitmap-mode": "on-success"}
    return {"actions": [_backup(*pair, how) for pair in pairs], "properties": {"completion-mode": "grouped"}}


def job_of(source: str) -> str:
    """The name of the backup job of a source node."""
    return f"{source}-job"


def forget_changes(daemon: Daemon, node: str) -> None:
    """Stop tracking the node's changes."""
    daemon.execute("block-dirty-bitmap-remove", node=node, name=BITMAP)


def dirty_bytes(daemon: Daemon, nodes: list[str]) -> dict[str, int]:
    """How much of each tracked node has changed since its last successful backup, in whole granules."""
    found = {each["node-name"]: each for each in daemon.execute("query-named-block-nodes", flat=True)}
    return {node: sum(bitmap["count"] for bitmap in found[node].get("dirty-bitmaps", ())) for node in nodes}


def _bitmap(node: str) -> dict[str, Any]:
    return {"node": node, "name": BITMAP, "persistent": True, "granularity": GRANULARITY_BYTES}


def _backup(source: str, target: str, how: dict[str, str]) -> dict[str, Any]:
    data = {"job-id": job_of(source), "device": source, "target": target, "auto-dismiss": False, **how}
    return {"type": "blockdev-backup", "data": data}


def _open_format(daemon: Daemon, node: str, backing: str) -> None:
    daemon.execute(
        "blockdev-add", driver="qcow2", node_name=node, file=f"{node}-f", backing=backing or None, discard="unmap"
    )


def _exports(daemon: Daemon) -> set[str]:
    return {each["id"] for each in daemon.execute("query-block-exports")}


def _path(folder: Path, node: str) -> str:
    return str(folder / f"{node}.qcow2")
