"""The configuration of one small cluster: a monitor and one OSD in memory, no keys, short timers.

Rule: what decides a verdict stands in `TOLD` and is shown as a parameter of the subject; the rest only makes the
product quick to start. Defaults that decide one (`osd snap trim sleep`) are left alone.
"""

from collections.abc import Mapping
from pathlib import Path

TOLD: Mapping[str, str] = {
    "osd objectstore": "memstore",
    "osd pool default size": "1",
    "rbd mirror journal poll age": "0.2",
    "rbd mirror journal commit age": "0.2",
    "rbd journal commit age": "0.2",
    "rbd mirror image state check interval": "1",
    "rbd mirror pool replayers refresh interval": "1",
    "rbd mirror leader heartbeat interval": "1",
    "rbd mirror leader max missed heartbeats": "1",
    "rbd mirror leader max acquire attempts before break": "1",
    "rbd concurrent management ops": "1",
    "osd client watch timeout": "5",
    "client notify timeout": "2",
}
QUIET: Mapping[str, str] = {
    **{f"auth {what}": "none" for what in ("cluster required", "service required", "client required", "supported")},
    "ms bind msgr1": "false",
    "mon initial members": "m",
    "mon allow pool size one": "true",
    "mon warn on pool no redundancy": "false",
    "mon data avail crit": "1",
    "mon data avail warn": "1",
    "mon osd report timeout": "900",
    "mon cluster log to file": "false",
    "paxos propose interval": "0.05",
    "paxos min wait": "0.01",
    "osd pool default min size": "1",
    "osd pool default pg num": "8",
    "osd pool default pg autoscale mode": "off",
    "osd crush chooseleaf type": "0",
    "osd class update on start": "false",
    "osd class dir": "/usr/lib/x86_64-linux-gnu/rados-classes",
    "erasure code dir": "/usr/lib/x86_64-linux-gnu/ceph/erasure-code",
    "osd op num shards": "2",
    "osd op num threads per shard": "1",
    "memstore device bytes": "4G",
    "objecter tick interval": "1",
    "rbd cache": "false",
    "rbd default clone format": "2",
    "rbd mirror sync point update age": "1",
    "rbd mirror delete retry interval": "1",
    "rbd mirror image policy update throttle interval": "0.1",
    "log to stderr": "false",
    "err to stderr": "false",
}
CLIENT: Mapping[str, str] = {
    "client_mount_timeout": "20",
    "rados_osd_op_timeout": "20",
    "rados_mon_op_timeout": "20",
    "admin_socket": "",
}


def mon_host(address: str) -> str:
    """The monitor's address, as everybody has to write it."""
    return f"[v2:{address}:3300/0]"


def text(folder: Path, fsid: str, address: str, further: Mapping[str, str]) -> str:
    """The file for the daemons and clients of the cluster whose data is in `folder`; `further` options win."""
    places = {
        "fsid": fsid,
        "mon host": mon_host(address),
        "public addr": address,
        "run dir": str(folder),
        "log file": f"{folder}/$name.log",
        "admin socket": f"{folder}/$name.$pid.asok",
        "keyring": f"{folder}/keyring",
        "osd data": f"{folder}/osd",
        "mon data": f"{folder}/mon",
    }
    return "[global]\n" + "".join(f"{key} = {value}\n" for key, value in {**places, **QUIET, **TOLD, **further}.items())


def text_of_peer(own: Path, theirs: str) -> str:
    """Their file, for a daemon at our site: what it writes stays in our folder."""
    return f"{theirs}run dir = {own}\nlog file = {own}/peer.log\nadmin socket = {own}/$name.$pid.peer.asok\n"
