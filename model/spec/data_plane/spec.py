"""The data plane as a specification: its chapters are failover, drill, replication and recovery_points."""

from siteproof.model.language import Part, Spec, chapter
from siteproof.model.spec.data_plane import drill, failover, promises, properties, recovery_points, replication
from siteproof.model.spec.data_plane.machine import Link, Machine

_actions, _properties = chapter(failover, drill, replication, recovery_points, properties, promises)

SPEC = Spec(
    name="replication",
    doc="The data plane: blocks of a disk, what is tracked and sent, recovery points, drills, failover and failback.",
    parts=(Part(lambda _bounds: Link(), Link), Part(Machine, Machine, "machines")),
    actions=_actions,
    properties=_properties,
    bounds={"machines": 1, "blocks": 2, "versions": 2, "points": 2},
)
