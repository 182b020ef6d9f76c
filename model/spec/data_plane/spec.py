"""The data-plane specification: the chapters failover, drill, replication and recovery_points with their properties."""

from siteproof.model.language import Part, Spec, chapter
from siteproof.model.spec.data_plane import drill, failover, properties, recovery_points, replication
from siteproof.model.spec.data_plane.machine import Link, Machine
from siteproof.model.spec.lemmas import replication as data_lemmas
from siteproof.model.spec.promises import replication as data_promises

_actions, _properties = chapter(failover, drill, replication, recovery_points, properties, data_promises)
_, _lemmas = chapter(data_lemmas)

REPLICATION = Spec(
    name="replication",
    doc="The data plane: blocks of a disk, what is tracked and sent, recovery points, drills, failover and failback.",
    parts=(Part(lambda _bounds: Link(), Link), Part(Machine, Machine, "machines")),
    actions=_actions,
    properties=_properties,
    bounds={"machines": 1, "blocks": 2, "versions": 2, "points": 2},
    lemmas=_lemmas,
)
