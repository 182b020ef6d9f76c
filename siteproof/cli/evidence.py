"""`siteproof evidence`: sign a run so that others can check it without having been there.

Rule: a key is written once, readable by its owner alone, and never into a bundle.
"""

import os
from pathlib import Path

import click
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteproof.cli.files import read_bytes, refused
from siteproof.cli.options import format_option
from siteproof.conformance import evidence as bundles
from siteproof.conformance import results
from siteproof.conformance.render.text import printable
from siteproof.model.nouns.problem import ExitCode, Problem

KEY_BYTES_MAX = 64 * 1024
KEY_HINT = "siteproof evidence key --out key.pem makes one"


@click.group()
def evidence() -> None:
    """Sign a run, and check what others have signed."""


@evidence.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("key.pem"), show_default=True, help="File.")
@format_option("text")
def key(out: Path) -> int:
    """Make a key to sign with, and beside it the public one for those who check."""
    made = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    secret = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    _new(out, secret, 0o600)
    _new(out.with_suffix(".pub"), made.public_key().public_bytes(serialization.Encoding.PEM, form), 0o644)
    click.echo(f"wrote {out}, keep it secret; and {out.with_suffix('.pub')}, give it away")
    click.echo(f"fingerprint {bundles.fingerprint(made.public_key())}")
    return ExitCode.OK


@evidence.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("out") / results.FILE_NAME)
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), default=Path("key.pem"), show_default=True, help="Signs it."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("evidence.zip"), show_default=True, help="File.")
@format_option("text")
def sign(file: Path, key_file: Path, out: Path) -> int:
    """Sign the last run recorded in FILE [out/results.ndjson], with its failures and its report."""
    data = bundles.bundle(file, bundles.private_key(read_bytes(key_file, KEY_BYTES_MAX, KEY_HINT)))
    try:
        out.write_bytes(data)
    except OSError as error:
        raise refused(f"cannot write {str(out)!r}", error, "name a file with --out") from error
    click.echo(f"wrote {out} ({len(data)} bytes); check it with: siteproof evidence verify {out}")
    return ExitCode.OK


@evidence.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--public", type=click.Path(path_type=Path), help="Only this signer's key is trusted.")
@format_option("text")
def verify(bundle: Path, public: Path | None) -> int:
    """Check a bundle, offline: exit code 0 when nothing in it was changed since it was signed."""
    trusted = bundles.public_key(read_bytes(public, KEY_BYTES_MAX, "name the .pub file")) if public else None
    data = read_bytes(bundle, bundles.BUNDLE_BYTES_MAX, "siteproof evidence sign writes one")
    found = bundles.verified(data, trusted)
    said = found.manifest
    click.echo(
        f"verified: {found.files} files, signed by {found.key}{'' if trusted else ' (whoever that is: --public)'}"
    )
    for name in ("headline", "subject", "specification", "seed", "date", "site"):
        click.echo(f"  {name:<14} {printable(str(said.get(name)))}")
    for measure in said.get("measures", []):
        click.echo(
            f"  {printable(str(measure.get('name'))):<14} {measure.get('value')} {printable(str(measure.get('unit')))}"
        )
    return ExitCode.OK


def _new(path: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise Problem(f"{path} is there already", "no key is overwritten", "name another file with --out") from error
    except OSError as error:
        raise refused(f"cannot write {str(path)!r}", error, "name a file with --out") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
