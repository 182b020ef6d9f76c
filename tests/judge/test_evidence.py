"""Evidence bundles: whatever is changed, added, taken away or signed by somebody else is found, offline."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteproof.cli import main
from siteproof.conformance import evidence, results
from siteproof.conformance.evidence import MANIFEST, SIGNATURE
from siteproof.model.nouns.problem import ExitCode, Problem

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
HOLLOW = "tests.judge.adapters.stamps_only:make_subject"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a failure, recorded after an earlier one, with a figure."""
    folder = tmp_path_factory.mktemp("run")
    for name in ("C-RPO-1", "C-REP-1"):
        main(["conform", "--python", HOLLOW, "--case", name, "--depth", "quick", "--out", str(folder)])
    results.measure(folder / results.FILE_NAME, "RTO", 2000, "ms")
    return folder / results.FILE_NAME


def changed(data: bytes, name: str, content: bytes | None, *, twice: bool = False) -> bytes:
    """The bundle with another content of one file; None takes it away."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [(each, archive.read(each)) for each in archive.namelist()]
    files = [(each, was) for each, was in files if each != name or twice]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, was in files:
            archive.writestr(each, was)
        if content is not None:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_bundle_verifies_and_is_the_same_twice(run: Path) -> None:
    """What was signed is what is read: seed, specification, verdict, figures; and the failures are in it."""
    data = evidence.bundle(run, KEY)
    assert data == evidence.bundle(run, KEY)
    found = evidence.verified(data, KEY.public_key())
    record = results.read(run)
    assert found.manifest["specification"] == record.head.spec_digest
    assert found.manifest["seed"] == record.head.seed
    assert [(each["name"], each["value"]) for each in found.manifest["measures"]] == [("RTO", 2000.0)]
    assert any(name.startswith("failures/C-REP-1-") for name in found.manifest["files"])


def test_only_the_last_run_is_in_it(run: Path, tmp_path: Path) -> None:
    """Earlier runs of the same file stay at home."""
    with zipfile.ZipFile(io.BytesIO(evidence.bundle(run, KEY))) as archive:
        archive.extract(results.FILE_NAME, tmp_path)
    text = (tmp_path / results.FILE_NAME).read_text()
    assert text.count('{"kind":"run"') == 1
    assert run.read_text().count('{"kind":"run"') == 2
    assert results.read(tmp_path / results.FILE_NAME) == results.read(run)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (results.FILE_NAME, b"other", "is not what was signed"),
        ("report.html", None, "report.html is missing"),
        ("extra.txt", b"", "extra.txt is not named"),
        (MANIFEST, b"{}", "not that of its manifest"),
        (MANIFEST, None, "manifest.json"),
        (SIGNATURE, b'{"public_key": "AAAA", "signature": ""}', "not that of its manifest"),
        (SIGNATURE, b"[" * 9000, "signature.json"),
    ],
)
def test_whatever_was_changed_is_found(run: Path, name: str, content: bytes | None, says: str) -> None:
    """One changed, missing or added file, or another manifest or signature, is no evidence."""
    with pytest.raises(Problem) as refused:
        evidence.verified(changed(evidence.bundle(run, KEY), name, content))
    assert says in refused.value.cause
    assert refused.value.code is ExitCode.VIOLATION


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_may_be_there_once_only(run: Path) -> None:
    """Two files of one name could show different things to different readers."""
    data = changed(evidence.bundle(run, KEY), "report.html", b"other", twice=True)
    with pytest.raises(Problem, match="no evidence") as refused:
        evidence.verified(data)
    assert "twice" in refused.value.cause


def test_another_signer_is_found(run: Path) -> None:
    """A good signature of somebody else is none of the signer who is trusted."""
    with pytest.raises(Problem) as refused:
        evidence.verified(evidence.bundle(run, OTHER), KEY.public_key())
    assert evidence.fingerprint(OTHER.public_key()) in refused.value.cause


def test_one_command_signs_and_one_verifies(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key of one's own, a signed run, and its verification from the bundle and the public key alone."""
    monkeypatch.chdir(tmp_path)
    assert main(["evidence", "key"]) == ExitCode.OK
    assert stat.S_IMODE(Path("key.pem").stat().st_mode) == 0o600
    assert main(["evidence", "key"]) == ExitCode.USAGE
    assert main(["evidence", "sign", str(run)]) == ExitCode.OK
    capsys.readouterr()
    assert main(["evidence", "verify", "evidence.zip", "--public", "key.pub"]) == ExitCode.OK
    assert "RTO            2000.0 ms" in capsys.readouterr().out
    Path("evidence.zip").write_bytes(b"PK\x03\x04 and nothing")
    assert main(["evidence", "verify", "evidence.zip"]) == ExitCode.VIOLATION
    assert "this is no evidence" in capsys.readouterr().err
    assert main(["evidence", "sign", str(run), "--key", "key.pub"]) == ExitCode.USAGE
