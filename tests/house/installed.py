"""A plain install without a network: a new environment, the wheel, and links to exactly what the wheel asks for."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 280
WITHOUT = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
from siteproof.cli import main
sys.exit(main(sys.argv[2:]))
"""

ONE_AFTER_THE_OTHER = """
import contextlib, io, json, sys
from siteproof.cli import main
ended = []
for line in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(line.split())
    ended.append((line, code, out.getvalue(), err.getvalue()))
print(json.dumps(ended))
"""


@frozen
class Ended:
    """How one command of several ended."""

    line: str
    code: int
    out: str
    err: str


def run(command: list[str], cwd: Path = ROOT) -> str:
    """Run a command; its output is the failure's message."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-3000:]
    return done.stdout.decode()


@frozen
class Installed:
    """An environment with siteproof, and a stranger's folder that has a model/ of its own."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "env" / "bin" / "python"

    @property
    def elsewhere(self) -> Path:
        """The stranger's folder."""
        return self.folder / "elsewhere"

    def siteproof(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run the console script in the stranger's folder."""
        return self._ran([str(self.folder / "env" / "bin" / "siteproof"), *words], stdin)

    def one_after_the_other(self, lines: Sequence[str]) -> Iterator[Ended]:
        """Run these commands in one process of the environment, which imports everything once."""
        ended = self._ran([str(self.python), "-c", ONE_AFTER_THE_OTHER, json.dumps(lines)], "")
        assert ended.returncode == 0, ended.stderr[-3000:]
        for each in json.loads(ended.stdout.splitlines()[-1]):
            yield Ended(*each)

    def siteproof_without(self, packages: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """The same, where none of these packages (names with commas between) can be imported."""
        return self._ran([str(self.python), "-c", WITHOUT, packages, *words], "")

    def _ran(self, command: list[str], stdin: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=self.elsewhere, input=stdin, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )


def empty_environment(folder: Path, wheel: Path) -> Installed:
    """A virtual environment with the wheel; what the wheel asks for is linked into it, and nothing else is."""
    made = Installed(folder)
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")])
    pip = [str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "pip", "--python", str(made.python)]
    quiet = ["-q", "--disable-pip-version-check", "--root-user-action", "ignore"]
    run([*pip, "install", *quiet, "--no-deps", "--no-index", str(wheel)])
    packages = next((folder / "env" / "lib").glob("python*/site-packages"))
    for each in asked_for("siteproof"):
        for name in top_level(each):
            if not (packages / name).exists():
                (packages / name).symlink_to(Path(str(each.locate_file(name))))
    made.elsewhere.joinpath("model").mkdir(parents=True)
    (made.elsewhere / "model" / "__init__.py").write_text("raise RuntimeError('the wrong model')\n")
    return made


def asked_for(name: str) -> list[metadata.Distribution]:
    """Every distribution that a plain install of `name` brings with it."""
    found: dict[str, metadata.Distribution] = {}
    left = [name]
    while left:
        for each in needs(left.pop()):
            if each not in found:
                found[each] = metadata.distribution(each)
                left.append(each)
    return list(found.values())


def needs(name: str) -> Iterator[str]:
    """The packages that a distribution asks for on this machine, without its extras."""
    for line in metadata.requires(name) or []:
        wanted, _, marker = line.partition(";")
        package = re.split(r"[^\w.-]", wanted.strip())[0].lower()
        if "extra" not in marker and is_installed(package):
            yield package


def is_installed(name: str) -> bool:
    """What only another system or another Python needs is not there."""
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def top_level(distribution: metadata.Distribution) -> set[str]:
    """The names in site-packages that belong to a distribution."""
    parts = {file.parts[0] for file in distribution.files or ()}
    return parts - {"..", "__pycache__"}


def size_bytes(distribution: metadata.Distribution) -> int:
    """What a distribution takes on the disk."""
    files = (Path(str(distribution.locate_file(file))) for file in distribution.files or ())
    return sum(path.stat().st_size for path in files if path.is_file())
