"""Administration as a specification: its rows and the lifecycle's, over the regions and facts of one machine.

Rule: a transition is made from a row of one of the two tables; only the point that arrives is written here.
"""

from siteproof.model.language import Action, Part, Spec, Step, action, chapter, given
from siteproof.model.language.table import AdminRow
from siteproof.model.nouns.administration import Components, OldestPoint, RetentionEdit, SourceMachine
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Resync, TestFailover
from siteproof.model.spec.administration import claims as administration_claims
from siteproof.model.spec.administration.machine import INCOMPLETE, AdministeredMachine, is_protected_forward
from siteproof.model.spec.administration.table import ADMIN_HAPPENINGS, ADMINISTRATION
from siteproof.model.spec.lifecycle.spec import action_of, actions_of, made
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE


@action("ADM-11")
def machine_point_arrives(m: AdministeredMachine) -> Step:
    """A point of all disks is taken; then the oldest one goes, if the policy as it was edited last wants it no more.

    Nothing arrives while a disk of the machine is not copied, after a mark, or from a source or appliance that is gone.
    """
    goes = (
        (m.oldest == OldestPoint.KEPT) & (m.retention == RetentionEdit.SHORT) & (m.test_failover == TestFailover.NONE)
    )
    comes = (m.source == SourceMachine.THERE) & (m.components != Components.DEAD) & (m.resync == Resync.NONE)
    return given(is_protected_forward(m) & comes & ~m.disk.is_in(*INCOMPLETE)).then(
        m.oldest.becomes(goes.if_else(OldestPoint.PRUNED, m.oldest)),
        m.gone.becomes(m.gone | goes),
    )


def acts(row: AdminRow) -> bool:
    """Whether the row does anything that this specification speaks of; a mail address, say, does not."""
    return bool(row.task.to or row.task.turns)


def _action_of(row: AdminRow) -> Action:
    def step(m: AdministeredMachine) -> Step:
        facts = (m.lies_in(fact.where) for fact in row.task.only_if if fact.where is not None)
        return given(m.lies_in(row.where), *facts).then(*m.works(row))

    return made(row, row.verb.value, step, AdministeredMachine)


def administration_spec(profile: Profile = CORE) -> Spec:
    """Administration beside the lifecycle that a profile offers."""
    _, properties = chapter(administration_claims)
    rows = [row for row in LIFECYCLE if row.offered(profile)]
    orders = [row for row in ADMINISTRATION if row.offered(profile) and acts(row)]
    return Spec(
        name="administration",
        doc="Administrative commands beside the lifecycle: policy, disks, appliance, components, and force.",
        parts=(Part(lambda _bounds: AdministeredMachine(), AdministeredMachine, name="machine"),),
        actions=(
            *(each for row in rows for each in actions_of(row, AdministeredMachine)),
            *(action_of(each, AdministeredMachine) for each in HAPPENINGS),
            *map(_action_of, orders),
            *(action_of(each, AdministeredMachine) for each in ADMIN_HAPPENINGS),
            machine_point_arrives,
        ),
        properties=properties,
    )


SPEC = administration_spec()
