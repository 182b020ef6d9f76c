"""A package that a command wants and that is not installed: which part of ours brings it, said in one line.

Rule: what brings a package is read from our own metadata, never listed a second time.
"""

import re
from importlib import metadata

from siteproof.model.nouns.problem import Problem

EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")


def missing_package(error: ModuleNotFoundError) -> Problem | None:
    """What to install; None when no package that we ask for brings the module: our own defect."""
    module = (error.name or "").partition(".")[0].lower()
    asked = next((each for each in _required() if _brings(each, module)), None)
    if asked is None:
        return None
    found = EXTRA.search(asked)
    what = f"siteproof[{found[1]}]" if found else "siteproof"
    return Problem(f"this command needs {module}", "it is not installed", f"pip install '{what}'")


def _required() -> list[str]:
    try:
        return metadata.requires("siteproof") or []
    except metadata.PackageNotFoundError:
        return []


def _brings(requirement: str, module: str) -> bool:
    """`z3-solver` brings z3, `qemu.qmp` brings qemu, `attrs` brings attrs."""
    name = re.split(r"[^\w.-]", requirement.lower())[0].replace(".", "-").replace("_", "-")
    return bool(module) and (name == module or name.startswith(f"{module}-"))
