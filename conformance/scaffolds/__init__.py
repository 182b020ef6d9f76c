"""Adapters to begin with, one a language: each runs at once, and holds a small product of its own in place of yours.

Rule: under 150 lines each, no package beyond the language's own (the shell's needs jq), and nothing declared that is
not there.
"""

from pathlib import Path

from attrs import frozen

FOLDER = Path(__file__).parent


@frozen
class Scaffold:
    """A first adapter in one language: `file` is written as `name`; `program` has to be installed to run it.

    `build` is the command that makes it runnable, if it needs one; `target` are the words for `siteproof conform`.
    """

    language: str
    file: str
    name: str
    program: str
    target: str
    build: str = ""

    def text(self) -> str:
        """The file's content."""
        return (FOLDER / self.file).read_text(encoding="utf-8")


SCAFFOLDS = (
    Scaffold("python", "python_adapter.py", "my_adapter.py", "python3", "--python my_adapter:make_subject"),
    Scaffold("go", "adapter.go", "adapter.go", "go", "--cmd ./adapter", "go build -o adapter adapter.go"),
    Scaffold("node", "adapter.js", "adapter.js", "node", "--cmd 'node adapter.js'"),
    Scaffold("shell", "adapter.sh", "adapter.sh", "jq", "--cmd 'sh adapter.sh'"),
)
