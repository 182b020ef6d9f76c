"""Weaving: the reference's functions replaced by ones that ask the scene of their thread what becomes of the call.

Rule: without a scene a woven function is what it was; so it stays woven for the rest of the process, and the honest
subject runs beside it. Who has a function under another name (an import, a table) gets the woven one, too.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from typing import Any

from siteproof.fuzz.mutants.calls import PendingCall
from siteproof.fuzz.mutants.scene import here
from siteproof.fuzz.mutants.targets import PACKAGE, MutationTarget, inside_targets, plain, reference_modules

_WOVEN: set[str] = set()


def weave(names: Iterable[str]) -> None:
    """Make these functions of the reference ask; `names` are target names."""
    wanted = set(names) - _WOVEN
    for target in inside_targets() if wanted else ():
        if target.name in wanted:
            _weave(target)
    _WOVEN.update(wanted)


def _weave(target: MutationTarget) -> None:
    module_name, _, path = target.name.partition(":")
    module = sys.modules[f"{PACKAGE}.{module_name}"]
    owner_name, _, name = path.rpartition(".")
    if not owner_name:
        _replace_everywhere(getattr(module, name), _asking(target, getattr(module, name)))
        return
    owner = getattr(module, owner_name)
    thing = vars(owner)[name]
    function = plain(thing)
    assert function is not None
    woven = _asking(target, function)
    setattr(owner, name, property(woven, thing.fset) if isinstance(thing, property) else _like(thing, woven))


def _like(thing: Any, woven: Callable[..., Any]) -> Any:
    return type(thing)(woven) if isinstance(thing, classmethod | staticmethod) else woven


def _replace_everywhere(function: Callable[..., Any], woven: Callable[..., Any]) -> None:
    for module in reference_modules():
        for name, thing in list(vars(module).items()):
            if thing is function:
                setattr(module, name, woven)
            elif type(thing) is dict:
                thing.update({key: woven for key, value in thing.items() if value is function})


def _asking(target: MutationTarget, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def asking(*arguments: Any, **options: Any) -> Any:
        scene = here()
        if scene is None or scene.busy:
            return function(*arguments, **options)
        owner = arguments[0] if target.has_owner and arguments else None
        call = PendingCall(target.name, 0, owner, target.parameters, arguments, options, function, target.neutral)
        return scene.meet(call)

    return asking
