"""A specification of the user's own: `my_module:SPEC` from the current folder, or a file, `my_spec.py:SPEC`.

Rule: whatever is wrong in the user's file is one Problem that begins with its file and line (exit code 2); what goes
wrong elsewhere stays a defect of ours.
"""

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType, TracebackType

from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import Problem

PACKAGE = Path(__file__).parents[1]
OURS = [room.resolve() for room in PACKAGE.iterdir() if room.is_dir()]
EXAMPLE = "siteproof new spec NAME writes one that runs"


def own_spec(name: str) -> Spec:
    """The specification that a module or a file calls like this; Problem with file and line when something is wrong."""
    place, _, attribute = name.rpartition(":")
    if not place.endswith(".py") and not all(part.isidentifier() for part in place.split(".")):
        raise Problem(f"`{place}` is no module", "its name is not one of Python", "write my_module:SPEC")
    file = _file(place)
    try:
        module = _from_file(file) if place.endswith(".py") else _from_module(place)
    except SpecError:
        raise
    except (Exception, SystemExit) as error:
        raise _blamed(error, file) from error
    spec = getattr(module, attribute or "SPEC", None)
    if not isinstance(spec, Spec):
        raise _no_spec(file, attribute or "SPEC", module, spec)
    try:
        spec.system()
    except Problem:
        raise
    except Exception as error:
        raise _blamed(error, file) from error
    return spec


def _file(place: str) -> Path:
    if place.endswith(".py"):
        return Path(place)
    return Path(*place.split(".")).with_suffix(".py")


def _from_file(file: Path) -> ModuleType:
    if not file.is_file():
        raise Problem(f"there is no file {file}", "a specification of yours is read from it", EXAMPLE)
    sys.path.insert(0, str(file.parent.resolve()))
    made = importlib.util.spec_from_file_location(file.stem, file)
    assert made is not None
    assert made.loader is not None
    module = importlib.util.module_from_spec(made)
    sys.modules[file.stem] = module  # a chapter looks its own module up
    made.loader.exec_module(module)
    return module


def _from_module(place: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is None or not (place == error.name or place.startswith(f"{error.name}.")):
            raise
        raise Problem(f"there is no module `{place}`", "neither in this folder nor installed", EXAMPLE) from None


def _no_spec(file: Path, attribute: str, module: ModuleType, found: object) -> Problem:
    others = [name for name, value in vars(module).items() if isinstance(value, Spec)]
    cause = f"it is {type(found).__name__}, not a Spec" if found is not None else "nothing in the file is called so"
    hint = (
        f"there is {', '.join(others)}" if others else f'end the file with  {attribute} = spec_of(__name__, "name", …)'
    )
    return Problem(f"{_shown(file)}:{_last_line(file)}  there is no specification `{attribute}`", cause, hint)


def _blamed(error: Exception | SystemExit, file: Path) -> Exception | SystemExit:
    """The Problem with the last line of the user's files that the error passed; the error itself when there is none."""
    if isinstance(error, Problem):
        return error
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        where = f"{_shown(Path(error.filename or file))}:{error.lineno or 1}"
        return Problem(f"{where}  {error.msg}", _line(error.text), "mend the line")
    place = _last_of_theirs(error.__traceback__, file)
    if place is None:
        return error
    return Problem(f"{_shown(Path(place.filename))}:{place.lineno}  {said}", _line(place.line), "mend the line")


def _line(text: str | None) -> str:
    return f"the line reads  {(text or '').strip() or '(not readable)'}"


def _last_of_theirs(trace: TracebackType | None, file: Path) -> traceback.FrameSummary | None:
    folder = file.resolve().parent
    frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith("<")]
    theirs = [frame for frame in frames if Path(frame.filename).resolve().is_relative_to(folder)]
    return next((frame for frame in reversed(theirs) if not _is_installed(frame.filename)), None)


def _is_installed(name: str) -> bool:
    """Whether a file is ours or a package's, though it may lie below the user's folder."""
    path = Path(name).resolve()
    return "site-packages" in name or any(path.is_relative_to(room) for room in OURS)


def _shown(file: Path) -> str:
    return str(Path(*file.parts[-2:])) if file.is_absolute() else str(file)


def _last_line(file: Path) -> int:
    try:
        return len(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return 1
