"""The specifications by name, as the command line, the manifest of checks and the spec book know them."""

import difflib

from siteproof.model.language import Spec
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.administration.spec import ADMINISTRATION_SPEC
from siteproof.model.spec.chapters import CHAPTERS
from siteproof.model.spec.data_plane.spec import REPLICATION
from siteproof.model.spec.lifecycle.spec import lifecycle_spec
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS

LIFECYCLE_SPEC = lifecycle_spec()

RIGHT: dict[str, Spec] = {spec.name: spec for spec in (LIFECYCLE_SPEC, ADMINISTRATION_SPEC, REPLICATION, *CHAPTERS)}
WRONG: dict[str, Spec] = {exhibit.spec.name: exhibit.spec for exhibit in (*EXHIBITS, *STALLS)}
SPECS: dict[str, Spec] = {**RIGHT, **WRONG}


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
