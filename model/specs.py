"""The specifications by name, as the command line, the manifest of checks and the spec book know them."""

from siteproof.model.data_plane import REPLICATION
from siteproof.model.exhibits import EXHIBITS
from siteproof.model.language import Spec
from siteproof.model.lifecycle_spec import lifecycle_spec

LIFECYCLE_SPEC = lifecycle_spec()

RIGHT: dict[str, Spec] = {spec.name: spec for spec in (LIFECYCLE_SPEC, REPLICATION)}
WRONG: dict[str, Spec] = {exhibit.spec.name: exhibit.spec for exhibit in EXHIBITS}
SPECS: dict[str, Spec] = {**RIGHT, **WRONG}
