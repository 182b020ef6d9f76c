"""An appliance elsewhere, over HTTPS with a certificate of ours.

Rule: the server's certificate is verified before anything is said to it; at registration, by the fingerprint that came
with the code.
"""

import http.client
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.reference.service.certificates import fingerprint_of, key_pem, new_key, request_for, write_secret

URL, CREDENTIALS = "SITEPROOF_URL", "SITEPROOF_CREDENTIALS"
ANSWER_BYTES_MAX = 64 << 20
SECONDS_MAX = 600


def place() -> str:
    """The address in the environment; empty for an appliance on this machine."""
    return os.environ.get(URL, "")


def ask(url: str, verb: str, arguments: Mapping[str, Any]) -> Any:
    """Ask an appliance; what it refused or could not do is raised here as it was there."""
    folder = Path(os.environ.get(CREDENTIALS, "siteproof-credentials"))
    try:
        context = ssl.create_default_context(cafile=folder / "authority.pem")
        context.load_cert_chain(folder / "client.pem")
    except OSError as error:
        hint = f"register: siteproof access register, and name the folder in ${CREDENTIALS}"
        raise Problem(f"no credentials in {str(folder)!r}", str(error), hint) from error
    return _meaning(_post(url, context, verb, arguments))


def _meaning(found: Mapping[str, Any]) -> Any:
    if "refused" in found:
        code, detail = found["refused"]
        raise Refused(ErrorCode(code), detail)
    if "problem" in found:
        problem, cause, hint, code = found["problem"]
        raise Problem(problem, cause, hint, ExitCode(code))
    return found["answer"]


def _post(url: str, context: ssl.SSLContext, verb: str, body: Mapping[str, Any], pinned: str = "") -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Problem(f"{url!r} is no address", "an appliance answers at https://HOST:PORT", "mend the address")
    link = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS_MAX, context=context)
    try:
        link.connect()
        if pinned:
            _check(link, pinned)
        link.request("POST", f"/v1/{verb}", msgspec.json.encode(body), {"Content-Type": "application/json"})
        return msgspec.json.decode(link.getresponse().read(ANSWER_BYTES_MAX), type=dict[str, Any])
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        hint = "does it run, and is this its address?"
        raise Problem(f"no answer from {url}", str(error), hint, ExitCode.CANNOT_JUDGE) from error
    finally:
        link.close()


def _check(link: http.client.HTTPSConnection, pinned: str) -> None:
    assert isinstance(link.sock, ssl.SSLSocket)
    shown = fingerprint_of(link.sock.getpeercert(binary_form=True) or b"")
    if shown != pinned.lower().replace(":", ""):
        raise Problem("another server answers", f"its fingerprint is {shown}", "do not register; ask the operator")


def register(url: str, code: str, fingerprint: str, folder: Path) -> str:
    """Bring a code, and store the certificate that is given for it; returns the role."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / "client.pem").exists():
        raise Problem(f"{str(folder)!r} holds credentials", "they would be lost", "name another folder")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the fingerprint is what is checked
    key = new_key()
    found = _meaning(_post(url, context, "register", {"code": code, "request": request_for(key)}, fingerprint))
    write_secret(folder / "client.pem", key_pem(key) + found["certificate"].encode())
    write_secret(folder / "authority.pem", found["authority"].encode())
    return str(found["role"])
