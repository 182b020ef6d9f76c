"""The distributions, built once for all tests of what is shipped."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.house.installed import ROOT, Installed, empty_environment, run


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and with the sdist, both built from a clean copy of what git tracks."""
    copy = tmp_path_factory.mktemp("copy")
    for name in run(["git", "ls-files"]).splitlines():
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    target = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(copy)])
    return target


@pytest.fixture(scope="session")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that has its own dependencies and nothing else."""
    return empty_environment(tmp_path_factory.mktemp("plain"), next(built.glob("*.whl")))
