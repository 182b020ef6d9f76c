"""What is shipped: the wheel and the sdist are whole, and the wheel works in an empty environment."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE_BYTES_MAX = 320 * 1024 * 1024


@pytest.fixture(scope="module")
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


def run(command: list[str], cwd: Path = ROOT) -> str:
    """Run a command; its output is the failure's message."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=280, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    return done.stdout.decode()


def shipped_files() -> set[str]:
    """The files of the import package as paths inside the wheel."""
    names = run(["git", "ls-files", "model", "reference", "conformance", "fuzz"]).splitlines()
    own = run(["git", "ls-files", "siteproof"]).splitlines()
    wanted = {f"siteproof/{name}" for name in names} | {name for name in own if not (ROOT / name).is_symlink()}
    return {name for name in wanted if (ROOT / name).resolve().is_file()}


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_every_room(built: Path) -> None:
    """Each tracked file of the five rooms is in the wheel, and no test is."""
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    assert shipped_files() - names == set()
    assert [name for name in names if name.startswith("tests/")] == []


@pytest.mark.slow
def test_the_sdist_holds_the_sources(built: Path) -> None:
    """The source distribution holds every file of the rooms, too."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {name for name in shipped_files() if name not in names} == set()


@pytest.mark.slow
def test_the_wheel_runs_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    """Installed with its own dependencies only, siteproof runs from a folder that has a model/ of its own."""
    python = empty_environment(tmp_path, next(built.glob("*.whl")))
    stranger = tmp_path / "elsewhere"
    (stranger / "model").mkdir(parents=True)
    (stranger / "model" / "__init__.py").write_text("raise RuntimeError('the wrong model')\n")
    assert "Commands" in run([str(python), "-m", "siteproof", "--help"], cwd=stranger)
    check = [str(python), "-m", "siteproof", "policy", "check", "--retention", "24h", "--app-every", "4h"]
    run(check, cwd=stranger)
    size = sum(path.stat().st_size for path in (tmp_path / "env").rglob("*") if path.is_file())
    assert size < CORE_BYTES_MAX


def empty_environment(folder: Path, wheel: Path) -> Path:
    """A virtual environment with the wheel and what it asks for, at the lock's versions."""
    pins = re.findall(r"^([a-z0-9_.-]+==[^\\\n]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    (folder / "pins.txt").write_text("\n".join(pins))
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")])
    python = folder / "env" / "bin" / "python"
    quiet = ["-q", "--disable-pip-version-check", "--root-user-action", "ignore"]
    run(
        [
            pip_python(),
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            *quiet,
            "-c",
            str(folder / "pins.txt"),
            str(wheel),
        ]
    )
    return python


def pip_python() -> str:
    """The interpreter that has pip: the one this environment was made from."""
    return str(Path(sys.base_prefix) / "bin" / "python3")
