"""What is shipped: the wheel and the sdist hold every file."""

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from siteproof.cli.guides import SHIPPED
from tests.house.installed import ROOT, run


def shipped_files() -> set[str]:
    """The files of the import package as paths inside the wheel."""
    names = run(["git", "ls-files", "model", "reference", "conformance", "fuzz"]).splitlines()
    own = run(["git", "ls-files", "siteproof"]).splitlines()
    wanted = {f"siteproof/{name}" for name in names} | {name for name in own if not (ROOT / name).is_symlink()}
    return {name for name in wanted if (ROOT / name).resolve().is_file()}


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_every_room(built: Path) -> None:
    """Each tracked file of the five rooms is in the wheel, and every guide that commands print, and no test is."""
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    assert shipped_files() - names == set()
    assert [name for name in names if name.startswith("tests/")] == []
    assert {f"siteproof/docs/{name}" for name in SHIPPED} - names == set()


@pytest.mark.slow
def test_the_sdist_holds_the_sources(built: Path) -> None:
    """The source distribution holds every file of the rooms, too."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {name for name in shipped_files() if name not in names} == set()


TWINE = shutil.which("twine", path=os.pathsep.join([str(ROOT / ".venv" / "tools" / "bin"), os.environ.get("PATH", "")]))


@pytest.mark.nightly
@pytest.mark.skipif(TWINE is None, reason="twine is not installed: wheel and sdist are not checked")
def test_wheel_and_sdist_pass_the_checks_of_an_index(built: Path) -> None:
    """Metadata and the README as it would be shown are as an index wants them."""
    files = [str(path) for path in built.iterdir() if path.suffix in {".whl", ".gz"}]
    assert len(files) == 2
    assert "FAILED" not in run([str(TWINE), "check", "--strict", *files])
