"""An evidence bundle: one run's record, its failures and its report, named by digests and signed with ed25519.

Rule: the signature is over the manifest, and the manifest names every file; what it does not name is not in the bundle.
Verification needs nothing but the bundle, and the public key when whoever signed it is not to be taken on trust.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from siteproof.conformance import results
from siteproof.conformance.failures import FOLDER, KEPT
from siteproof.conformance.render.headline import headline
from siteproof.conformance.render.page import page
from siteproof.conformance.results import RecordedRun
from siteproof.model.nouns.problem import ExitCode, Problem

MANIFEST, SIGNATURE, REPORT = "manifest.json", "signature.json", "report.html"
KIND = "siteproof evidence 1"
BUNDLE_BYTES_MAX = FILES_BYTES_MAX = 1 << 30
FILES_MAX = 10_000
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that the format knows: a bundle has no clock


@frozen
class Verified:
    """What a bundle says once its signature and every digest were checked; `key` is the public key's fingerprint."""

    manifest: Mapping[str, Any]
    key: str
    files: int


def bundle(path: Path, key: Ed25519PrivateKey) -> bytes:
    """The bundle of the last run in the record at `path`, and of the failures beside it; the same bytes each time."""
    record = results.read(path)
    files = {results.FILE_NAME: _last_run(path), REPORT: page(record).encode()}
    files |= _failures(path.parent / FOLDER)
    manifest = _manifest(record, files)
    signature = {
        "algorithm": "ed25519",
        "public_key": _text(_raw(key.public_key())),
        "signature": _text(key.sign(manifest)),
    }
    return _zipped({MANIFEST: manifest, SIGNATURE: msgspec.json.encode(signature), **files})


def verified(data: bytes, trusted: Ed25519PublicKey | None = None) -> Verified:
    """Check signature, digests and completeness; Problem (exit code 1) names the first thing that is not so."""
    files = _unzipped(data)
    signature = _json(files.pop(SIGNATURE, b""), SIGNATURE)
    manifest_bytes = files.pop(MANIFEST, b"")
    manifest = _json(manifest_bytes, MANIFEST)
    key = _checked(signature, manifest_bytes, trusted)
    named = manifest.get("files")
    if manifest.get("kind") != KIND or not isinstance(named, dict):
        raise _false(f"its manifest is not of the kind {KIND!r}")
    for name in sorted(set(named) ^ set(files)):
        raise _false(f"{name} is {'missing' if name in named else 'not named in the manifest'}")
    for name, content in files.items():
        if named[name] != hashlib.sha256(content).hexdigest():
            raise _false(f"{name} is not what was signed")
    return Verified(manifest, fingerprint(key), len(files))


def fingerprint(key: Ed25519PublicKey) -> str:
    """The public key's name: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(_raw(key)).hexdigest()[:16]


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """The key in a PEM file without a password; Problem when it is another one."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise Problem("the key cannot be read", str(error), "siteproof evidence key --out key.pem makes one") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Problem(
            "the key is of another kind", "evidence is signed with ed25519", "siteproof evidence key makes one"
        )
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """The public key in a PEM file; Problem when it is another one."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise Problem("the public key cannot be read", str(error), "name the .pub file beside the key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Problem("the public key is of another kind", "evidence is signed with ed25519", "name the .pub file")
    return key


def _manifest(record: RecordedRun, files: Mapping[str, bytes]) -> bytes:
    head, report = record.head, record.report
    content = {
        "kind": KIND,
        "siteproof": head.version,
        "specification": head.spec_digest,
        "headline": headline(report) if report else record.end.headline if record.end else "",
        "exit_code": record.end.exit_code if record.end else int(ExitCode.CANNOT_JUDGE),
        "subject": {"name": head.description.name, "version": head.description.version} if head.description else None,
        "capabilities": head.description.capabilities if head.description else {},
        "profile": head.profile,
        "seed": head.seed,
        "options": head.options,
        "date": head.date,
        "site": head.site,
        "measures": record.measures,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    return msgspec.json.format(msgspec.json.encode(content, order="deterministic"), indent=1)


def _last_run(path: Path) -> bytes:
    """The lines of the last run alone: earlier ones are nobody's business."""
    data = path.read_bytes()
    start = data.rfind(b'{"kind":"run"')
    return data[start:]


def _failures(folder: Path) -> dict[str, bytes]:
    kept = sorted(each for each in folder.iterdir() if KEPT.fullmatch(each.name)) if folder.is_dir() else []
    return {f"{FOLDER}/{each.name}": each.read_bytes() for each in kept}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > FILES_MAX or sum(each.file_size for each in infos) > FILES_BYTES_MAX:
                raise _false("it is larger than any bundle")
            if len({each.filename for each in infos}) < len(infos):
                raise _false("a name is in it twice")
            return {each.filename: archive.read(each) for each in infos}
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError) as error:
        raise _false(str(error)) from error


def _checked(signature: Mapping[str, Any], manifest: bytes, trusted: Ed25519PublicKey | None) -> Ed25519PublicKey:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(str(signature.get("public_key")), validate=True))
        key.verify(base64.b64decode(str(signature.get("signature")), validate=True), manifest)
    except (ValueError, InvalidSignature) as error:
        raise _false("its signature is not that of its manifest") from error
    if trusted is not None and _raw(trusted) != _raw(key):
        raise _false(f"it was signed by {fingerprint(key)}, not by {fingerprint(trusted)}")
    return key


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _false(f"{name}: {error}") from error


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _false(cause: str) -> Problem:
    hint = "ask for the bundle again; believe nothing of this one"
    return Problem("this is no evidence", cause, hint, ExitCode.VIOLATION)
