"""Certificates: an authority of the appliance's own, its server's certificate, and those that it issues to clients.

Maintainers keep: a private key is made where it is used and never travels; whoever is not in `access.json` is nobody,
whatever certificate it shows. Files here are their owner's only.
"""

import datetime as dt
import ipaddress
import os
from pathlib import Path

import msgspec
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import refused

AUTHORITY_DAYS = 3650
CLIENT_DAYS = 365
PEM = serialization.Encoding.PEM
_USAGE = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


@frozen
class Client:
    """Who a certificate was issued to."""

    name: str
    role: str
    fingerprint: str


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as its owner stores it."""
    none = serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, none)


def request_for(key: ec.EllipticCurvePrivateKey) -> str:
    """A signing request: the name in it is nobody's promise, the authority writes its own."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name("client", ""))
    return builder.sign(key, hashes.SHA256()).public_bytes(PEM).decode()


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER."""
    return x509.load_der_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()


def write_secret(path: Path, data: bytes) -> None:
    """Replace a file that is its owner's only, durably; StoreFailed leaves the former one."""
    new = path.with_name(f"{path.name}.new")
    try:
        _write_new(new, data)
        new.rename(path)
    except OSError as error:
        raise refused(f"keep {path.name}", error) from error


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


class Authority:
    """The authority in the folder `keys` of a state directory, made when it is not there."""

    def __init__(self, folder: Path) -> None:
        """Load or make its key and certificate."""
        self._folder = folder
        if not (folder / "ca.pem").exists():
            key = new_key()
            write_secret(folder / "ca.key", key_pem(key))
            write_secret(folder / "ca.pem", _self_signed(key).public_bytes(PEM))
        loaded = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        self._key = loaded
        self.pem = (folder / "ca.pem").read_text()
        self._certificate = x509.load_pem_x509_certificate(self.pem.encode())
        self.clients = self._load()

    def server_files(self, host: str) -> tuple[Path, str]:
        """A file with the server's key and certificate for that host, and the certificate's fingerprint."""
        key = new_key()
        names = x509.SubjectAlternativeName([*_addresses({"127.0.0.1", "::1", host}), x509.DNSName("localhost")])
        issued = self._issue(key.public_key(), _name("appliance", "server"), "server", AUTHORITY_DAYS, names)
        path = self._folder / "server.pem"
        write_secret(path, key_pem(key) + issued.public_bytes(PEM))
        return path, issued.fingerprint(hashes.SHA256()).hex()

    def admit(self, request_pem: str, name: str, role: str, days: int = CLIENT_DAYS) -> str:
        """A certificate for whoever holds the request's key; known from now on. Problem for a bad request."""
        key = _key_in(request_pem)
        if key is None:
            raise Problem("the signing request cannot be used", "not a signed request", "make another one")
        issued = self._issue(key, _name(name, role), "client", days)
        client = Client(name, role, issued.fingerprint(hashes.SHA256()).hex())
        self._save({**self.clients, client.fingerprint: client})
        return issued.public_bytes(PEM).decode()

    def revoke(self, name: str) -> int:
        """Forget every certificate of that name; how many there were."""
        kept = {mark: client for mark, client in self.clients.items() if client.name != name}
        gone = len(self.clients) - len(kept)
        self._save(kept)
        return gone

    def _issue(
        self,
        key: ec.EllipticCurvePublicKey,
        name: x509.Name,
        usage: str,
        days: int,
        names: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        builder = _builder(name, self._certificate.subject, key, days)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([_USAGE[usage]]), critical=False)
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _load(self) -> dict[str, Client]:
        path = self._folder / "access.json"
        found = msgspec.json.decode(path.read_bytes(), type=list[Client]) if path.exists() else []
        return {client.fingerprint: client for client in found}

    def _save(self, clients: dict[str, Client]) -> None:
        write_secret(self._folder / "access.json", msgspec.json.encode(list(clients.values())))
        self.clients = clients


def _key_in(request_pem: str) -> ec.EllipticCurvePublicKey | None:
    """The key in a request that its holder has signed."""
    try:
        request = x509.load_pem_x509_csr(request_pem.encode())
        key = request.public_key()
    except ValueError:
        return None
    return key if request.is_signature_valid and isinstance(key, ec.EllipticCurvePublicKey) else None


def _addresses(hosts: set[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for host in sorted(hosts):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            if host != "localhost":
                found.append(x509.DNSName(host))
    return found


def _name(name: str, role: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "siteproof appliance")]
    parts += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, role)] if role else []
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    begun = now - dt.timedelta(days=max(0, -days) + 1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    made = made.serial_number(x509.random_serial_number()).not_valid_before(begun)
    return made.not_valid_after(now + dt.timedelta(days=days))


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("authority", "")
    builder = _builder(name, name, key.public_key(), AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, hashes.SHA256())
