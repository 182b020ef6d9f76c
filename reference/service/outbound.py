"""The way out: through no proxy or through one that asks for no password, and which destinations it must reach.

Maintainers keep: the table of destinations is the seed's, line by line; a proxy that wants to know who asks is refused
by name, where it is configured and where it answers (seed: Set up outbound network connectivity).
"""

import socket
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from attrs import frozen

from siteproof.model.nouns.problem import Problem

HTTPS_PORT = 443
PATIENCE_SECONDS = 5.0


@frozen
class Destination:
    """A URL pattern of the seed and what it is for; `agents` when machines have to reach it themselves, too."""

    pattern: str
    purpose: str
    agents: bool = False


DESTINATIONS = (
    Destination("portal.azure.com", "navigate to the portal, sign in to the subscription"),
    Destination("*.microsoftonline.com", "create applications for the appliance to talk to the service"),
    Destination("management.azure.com", "create applications for the appliance to talk to the service"),
    Destination("*.services.visualstudio.com", "upload logs for internal monitoring"),
    Destination("*.vault.azure.net", "manage secrets in the key vault", agents=True),
    Destination("aka.ms", "updates of the appliance"),
    Destination("download.microsoft.com", "downloads"),
    Destination("*.servicebus.windows.net", "communication between the appliance and the service"),
    Destination("*.discoverysrv.windowsazure.com", "the discovery service"),
    Destination("*.hypervrecoverymanager.windowsazure.com", "the micro-services of the service"),
    Destination("*.blob.core.windows.net", "upload data to the storage that target disks are made from"),
    Destination("*.backup.windowsazure.com", "the service that processes and creates replicated disks"),
    Destination("*.prod.migration.windowsazure.com", "discover the on-premises estate"),
)


@frozen
class OutboundProxy:
    """An HTTP proxy; empty means none."""

    host: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        """As a library wants it."""
        return f"http://{self.host}:{self.port}" if self.host else ""


def proxy_of(text: str) -> OutboundProxy:
    """The proxy at a URL; Problem when it is another kind, or when a password belongs to it."""
    if not text:
        return OutboundProxy()
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.username is not None or parts.password is not None:
        raise _asks_for_password("its URL carries a name or a password")
    if parts.scheme != "http" or not parts.hostname or not port or parts.path not in {"", "/"} or parts.query:
        raise Problem("the proxy cannot be used", "it is not http://HOST:PORT", "name an HTTP proxy without a password")
    return OutboundProxy(parts.hostname, port)


def _asks_for_password(cause: str) -> Problem:
    hint = "let the appliance through without authentication"
    return Problem("a proxy that asks for authentication is not supported", cause, hint)


Probe = Callable[[str, int], str]
"""Why a host cannot be reached at a port; empty when it can."""


def probe_through(proxy: OutboundProxy) -> Probe:
    """Connect, and be content with that; through the proxy by its CONNECT. Problem when it asks for a password."""
    return _direct if not proxy.host else lambda host, port: _tunnelled(proxy, host, port)


def _direct(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), PATIENCE_SECONDS).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _tunnelled(proxy: OutboundProxy, host: str, port: int) -> str:
    link = HTTPConnection(proxy.host, proxy.port, timeout=PATIENCE_SECONDS)
    try:
        link.putrequest("CONNECT", f"{host}:{port}", skip_host=True, skip_accept_encoding=True)
        link.putheader("Host", f"{host}:{port}")
        link.endheaders()
        status = link.getresponse().status
    except (OSError, HTTPException) as error:
        return f"the proxy does not answer: {error}"
    finally:
        link.close()
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise _asks_for_password(f"{proxy.url} answered {status}")
    return "" if status == HTTPStatus.OK else f"the proxy answered {status}"


@frozen
class PreflightRow:
    """One destination: `host` is what was tried, empty when nobody named one for a pattern; `blocked` says why."""

    pattern: str
    purpose: str
    host: str
    blocked: str

    @property
    def verdict(self) -> str:
        """In a word or two."""
        return f"blocked: {self.blocked}" if self.blocked else "reachable" if self.host else "not checked"


def preflight(probe: Probe, names: Mapping[str, str], *, agents: bool = False) -> list[PreflightRow]:
    """Try every destination, or those of the agents; `names` says which host stands for a pattern with a star.

    Problem when a name is given for a pattern that the seed does not know.
    """
    unknown = sorted(set(names) - {each.pattern for each in DESTINATIONS})
    if unknown:
        raise Problem(f"no destination {unknown[0]!r}", "it is not of the list", "siteproof appliance preflight --list")
    return [_tried(each, probe, names) for each in DESTINATIONS if each.agents or not agents]


def _tried(destination: Destination, probe: Probe, names: Mapping[str, str]) -> PreflightRow:
    pattern = destination.pattern
    host = names.get(pattern, "" if "*" in pattern else pattern)
    return PreflightRow(pattern, destination.purpose, host, probe(host, HTTPS_PORT) if host else "")
