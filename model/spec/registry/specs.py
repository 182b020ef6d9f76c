"""The specifications by name, as the command line, the manifest of checks and the spec book know them."""

import difflib

from siteproof.model.language import Spec
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec import (
    appliance,
    bitmap,
    capture,
    clock,
    frames,
    groups,
    pipeline,
    plans,
    resize,
    resync_protocol,
    retention,
)
from siteproof.model.spec.administration import spec as administration
from siteproof.model.spec.data_plane import spec as data_plane
from siteproof.model.spec.lemmas import lemmas_of
from siteproof.model.spec.lifecycle import spec as lifecycle
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS

# In the order of the book: the lifecycle, what stands beside it, the data plane, and its chapters.
_WRITTEN: tuple[Spec, ...] = (
    lifecycle.SPEC,
    administration.SPEC,
    data_plane.SPEC,
    resync_protocol.SPEC,
    groups.SPEC,
    plans.SPEC,
    appliance.SPEC,
    retention.SPEC,
    capture.SPEC,
    bitmap.SPEC,
    resize.SPEC,
    frames.SPEC,
    pipeline.SPEC,
    clock.SPEC,
)
RIGHT: dict[str, Spec] = {spec.name: spec.proved_with(lemmas_of(spec.name)) for spec in _WRITTEN}
WRONG: dict[str, Spec] = {exhibit.spec.name: exhibit.spec for exhibit in (*EXHIBITS, *STALLS)}
PROVIDED: dict[str, Spec] = {spec.name: spec for spec in lifecycle.OF_PROVIDERS}
"""The lifecycles of other providers: explored and proved like the standard, and no part of it."""
SPECS: dict[str, Spec] = {**RIGHT, **PROVIDED, **WRONG}


def known(name: str) -> Spec:
    """The specification of this name, right or wrong; Problem with its near matches when there is none."""
    if name in SPECS:
        return SPECS[name]
    near = difflib.get_close_matches(name, SPECS, n=3)
    meant = f"did you mean {', '.join(near)}? " if near else ""
    hint = f"{meant}siteproof explore --list names all of them"
    raise Problem(
        f"there is no specification `{name}`", f"{len(RIGHT)} right and {len(WRONG)} wrong ones are known", hint
    )
