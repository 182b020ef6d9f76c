"""The few requests of the blob service that an appliance needs. Rule: what the service refuses is `ProductTrouble`.

Requests are signed with the account's shared key, whose string to sign has one line for each header of the protocol.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlencode

import urllib3

from siteproof.conformance.adapters.frame.product import ProductTrouble

ACCOUNT = "siteproof"
VERSION = "2021-12-02"
SECONDS_MAX = 20.0
PUT_BYTES_MAX = 1 << 20  # of one request; the service takes four times as much


class BlobStore:
    """Page blobs in one container, reached at a port of this machine."""

    def __init__(self, port: int, key: bytes, container: str) -> None:
        """Nothing is asked yet."""
        self._port, self._key, self._container = port, key, container
        timeout = urllib3.Timeout(SECONDS_MAX)
        self._pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=2, retries=False, timeout=timeout)

    def make_container(self) -> None:
        """Make it."""
        self._ask("PUT", "", {"restype": "container"})

    def drop_container(self) -> None:
        """Delete it with all that it holds."""
        self._ask("DELETE", "", {"restype": "container"})

    def make(self, blob: str, size_bytes: int) -> None:
        """A page blob of zeros."""
        kind = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(size_bytes)}
        self._ask("PUT", blob, {}, kind)

    def put(self, blob: str, offset: int, data: bytes) -> None:
        """Put Page, or Clear Pages where there is nothing but zeros; acknowledged on return."""
        where = {"x-ms-range": f"bytes={offset}-{offset + len(data) - 1}"}
        if data.strip(b"\0"):
            self._ask("PUT", blob, {"comp": "page"}, {**where, "x-ms-page-write": "update"}, data)
        else:
            self._ask("PUT", blob, {"comp": "page"}, {**where, "x-ms-page-write": "clear"})

    def snapshot(self, blob: str) -> str:
        """Snapshot Blob; its time stamp, which is its name."""
        return self._ask("PUT", blob, {"comp": "snapshot"}).headers["x-ms-snapshot"]

    def read(self, blob: str, snapshot: str = "") -> bytes:
        """All bytes of a blob, or of a snapshot of it."""
        return self._ask("GET", blob, {"snapshot": snapshot} if snapshot else {}).data

    def copy(self, blob: str, snapshot: str, to: str) -> None:
        """Copy Blob within the account."""
        source = f"http://127.0.0.1:{self._port}{self._path(blob)}?{urlencode({'snapshot': snapshot})}"
        answer = self._ask("PUT", to, {}, {"x-ms-copy-source": source})
        if answer.headers.get("x-ms-copy-status") != "success":
            raise ProductTrouble(f"the copy of {blob} is {answer.headers.get('x-ms-copy-status')}")

    def drop(self, blob: str, snapshot: str = "") -> None:
        """Delete a snapshot, or a blob with all of its snapshots."""
        if snapshot:
            self._ask("DELETE", blob, {"snapshot": snapshot})
        else:
            self._ask("DELETE", blob, {}, {"x-ms-delete-snapshots": "include"})

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def _path(self, blob: str) -> str:
        return f"/{ACCOUNT}/{self._container}" + (f"/{blob}" if blob else "")

    def _ask(
        self,
        method: str,
        blob: str,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> urllib3.BaseHTTPResponse:
        path = self._path(blob)
        sent = {"x-ms-version": VERSION, "x-ms-date": formatdate(usegmt=True), **(headers or {})}
        sent["Authorization"] = f"SharedKey {ACCOUNT}:{self._signature(method, path, query, sent, len(body))}"
        sent["Content-Length"] = str(len(body))
        target = path + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self._pool.request(method, target, headers=sent, body=body or None)
        except urllib3.exceptions.HTTPError as error:
            raise ProductTrouble(f"{method} {blob}: {type(error).__name__}") from error
        if answer.status >= 300:
            raise ProductTrouble(f"{method} {blob}: {answer.status} {answer.headers.get('x-ms-error-code', '')}")
        return answer

    def _signature(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], length: int
    ) -> str:
        ours = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        resource = f"/{ACCOUNT}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        signed = "\n".join((method, "", "", str(length) if length else "", *("",) * 8, ours + resource))
        return base64.b64encode(hmac.new(self._key, signed.encode(), hashlib.sha256).digest()).decode()
