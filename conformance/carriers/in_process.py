"""A Python object as subject, loaded by dotted name; its exceptions become data for the judge.

Rule: nothing of a subject's module is imported before the user has named it, and no exception of it passes unlabelled.
"""

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.wire import OPTIONAL
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.subject import Subject, Unsupported

HINT = "name a function that takes nothing and returns a subject, for example my_adapter:make_subject"


class InProcess(Carrier):
    """Carries every call to a Python subject and names what goes wrong on the way."""

    def __init__(self, subject: Subject) -> None:
        """`subject` may be anything; what it lacks shows when it is called."""
        self._subject = subject
        self._abandoned = False
        self.doing = ""

    def close(self) -> None:
        """See Subject."""
        if not self._abandoned:
            super().close()

    def abandon(self) -> None:
        """A thread cannot be killed; the subject is simply never asked again."""
        self._abandoned = True

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        if self._abandoned:
            raise CarrierBroken(f"the subject was let go during `{op}`", "it took too long", "raise --timeout")
        self.doing = op
        if op in OPTIONAL and not hasattr(self._subject, op):
            raise Unsupported(op)
        try:
            return getattr(self._subject, op)(*arguments)
        except (Refused, Unsupported, CarrierBroken):
            raise
        except (Exception, SystemExit) as error:
            raise SubjectFailed(op, f"{type(error).__name__}: {error}") from error
        finally:
            self.doing = ""


def factory(name: str, folder: str = "") -> Callable[[], Carrier]:
    """A function that makes a new subject of `pkg.module:function` each time; Problem when there is no such thing."""
    load(name, folder)
    return partial(_opened, name, folder)


def _opened(name: str, folder: str) -> Carrier:
    """Looked up each time, so that a factory can be pickled: the function may be one that is made when asked for."""
    return InProcess(make(load(name, folder), name))


def load(name: str, folder: str = "") -> Callable[[], Subject]:
    """The function called `pkg.module:function`; modules of the present folder, and of `folder`, are found too."""
    module_name, colon, function_name = name.partition(":")
    if not (module_name and colon and function_name):
        raise Problem(f"{name!r} does not name a subject", "it is not of the form package.module:function", HINT)
    function = getattr(_module(module_name, name, folder), function_name, None)
    if not callable(function):
        raise Problem(f"{name!r} does not name a subject", f"{module_name} has no {function_name}", HINT)
    made: Callable[[], Subject] = function
    return made


def _module(module_name: str, name: str, folder: str) -> object:
    for place in (os.getcwd(), folder):  # noqa: PTH109  (sys.path holds texts)
        if place and place not in sys.path:
            sys.path.append(place)
    try:
        return importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        cause = f"importing {module_name} raised {type(error).__name__}: {error}"
        raise Problem(f"the subject {name!r} cannot be loaded", cause, HINT, ExitCode.CANNOT_JUDGE) from error


def make(function: Callable[[], Subject], name: str) -> Subject:
    """One new subject; CarrierBroken when making it raises."""
    try:
        return function()
    except Problem:
        raise
    except (Exception, SystemExit) as error:
        cause = f"it raised {type(error).__name__}: {error}"
        hint = "mend the function; see the cause"
        raise CarrierBroken(f"the subject {name!r} cannot be made", cause, hint) from error
