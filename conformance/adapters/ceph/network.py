"""Two sites, the router between them and ourselves, as network namespaces that only this process tree knows.

Rule: we reach each site on a wire of our own, so that the router's wires carry nothing but what the sites send to each
other: its forwarding is the link's switch, its counters are the link's counters, its queues are the link's rate.
"""

import subprocess
from pathlib import Path

from siteproof.conformance.adapters.ceph.binding import until

SITES = ("a", "b")
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
SLOW = ("tbf", "rate", "16mbit", "burst", "16kb", "latency", "400ms")


def address(site: str) -> str:
    """The site's address, for everybody."""
    return f"10.77.{_number(site)}.2"


class Network:
    """Namespaces `a`, `b` and `router`, each kept open by a holder process."""

    def __init__(self) -> None:
        """Both sites are reachable, the link is up."""
        _run("ip", "link", "set", "lo", "up")
        self._holders = {name: _holder() for name in ("router", *SITES)}
        for site in SITES:
            self._wire(site)
        self.up = False
        self._slow = False
        self.switch(up=True)

    def inside(self, name: str) -> tuple[str, ...]:
        """What to put before a command so that it runs in that namespace, and ends when we do."""
        return (*DIES_WITH_US, "nsenter", "-t", str(self._holders[name].pid), "-n")

    def switch(self, *, up: bool) -> None:
        """Let what travels between the sites pass, or swallow it."""
        forwarding = f"echo {int(up)} > /proc/sys/net/ipv4/ip_forward"
        _run(*self.inside("router"), "sh", "-c", forwarding)
        self.up = up

    def slow(self, *, down: bool) -> None:
        """Let the link carry a WAN's rate only, or all that the machine gives."""
        if down is not self._slow:
            for site in SITES:
                change = ("replace", "dev", f"r{site}", "root", *SLOW) if down else ("del", "dev", f"r{site}", "root")
                _run(*self.inside("router"), "tc", "qdisc", *change)
        self._slow = down

    def sent(self) -> int:
        """Bytes that the sites have sent to each other so far, acknowledgements and chatter included."""
        counters = Path(f"/proc/{self._holders['router'].pid}/net/dev").read_text().splitlines()[2:]
        rows = [line.replace(":", " ").split() for line in counters]
        return sum(int(row[1]) for row in rows if row[0] in ("ra", "rb"))

    def close(self) -> None:
        """The namespaces end with their holders."""
        for holder in self._holders.values():
            holder.kill()
            holder.wait()

    def _wire(self, site: str) -> None:
        """One wire from the site to the router, one to us."""
        number, here = _number(site), str(self._holders[site].pid)
        router = str(self._holders["router"].pid)
        _run("ip", "link", "add", f"r{site}", "netns", router, "type", "veth", "peer", "name", "e0", "netns", here)
        _run("ip", "link", "add", f"h{site}", "type", "veth", "peer", "name", "e1", "netns", here)
        _plug((), f"h{site}", f"10.78.{number}.1")
        _plug(self.inside(site), "e1", f"10.78.{number}.2")
        _plug(self.inside(site), "e0", address(site))
        _plug(self.inside("router"), f"r{site}", f"10.77.{number}.1")
        _run(*self.inside(site), "ip", "link", "set", "lo", "up")
        _run(*self.inside(site), "ip", "route", "add", "default", "via", f"10.77.{number}.1")
        _run("ip", "route", "add", address(site), "via", f"10.78.{number}.2")


def _number(site: str) -> int:
    return SITES.index(site) + 1


def _plug(inside: tuple[str, ...], wire: str, own: str) -> None:
    _run(*inside, "ip", "addr", "add", f"{own}/24", "dev", wire)
    _run(*inside, "ip", "link", "set", wire, "up")


def _holder() -> "subprocess.Popen[bytes]":
    holder = subprocess.Popen((*DIES_WITH_US, "unshare", "-n", "sleep", "infinity"), stdin=subprocess.DEVNULL)  # noqa: S603  (the arguments are ours)
    ours = Path("/proc/self/ns/net").readlink()
    until("a namespace", lambda: Path(f"/proc/{holder.pid}/ns/net").readlink() != ours, 5)
    return holder


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)  # noqa: S603  (the arguments are ours)
