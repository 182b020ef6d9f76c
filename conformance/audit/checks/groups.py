"""Checks of replication groups: what their members have to share, and how many there may be."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from siteproof.conformance.audit.check import AuditScene, Observed, Severity, check
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import key_of
from siteproof.model.nouns.profile import CORE


def groups(scene: AuditScene) -> Mapping[str, list[Thing]]:
    """The machines of each replication group by its name."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for machine in scene.vault.machines:
        name = machine.text("multiVmGroupName")
        if name and name.casefold() not in ("none", "false"):
            found[name].append(machine)
    return found


@check(
    "AUD-GROUP",
    Severity.ERROR,
    "SP-GRP-1",
    "SP-GRP-2",
    "SP-GRP-4",
    "SP-GRP-5",
    remedy="give all members one policy, one "
    "appliance and one plan: a group point exists only if every member has it, and members fail over together",
)
def members_share_what_they_must(scene: AuditScene) -> Iterator[Observed]:
    """The members of a replication group share policy, appliance and plans, and are not too many."""
    for name, members in groups(scene).items():
        if len(members) > CORE.group_members_max:
            sentence = f"the group {name} has {len(members)} members, {CORE.group_members_max} are the most"
            yield Observed(members[0], "multiVmGroupName", sentence)
        for field, read in SHARED.items():
            values = {value for each in members if (value := read(each)) is not None}
            if len(values) > 1:
                told = ", ".join(sorted(value.rsplit("/", 1)[-1] for value in values))
                yield Observed(members[0], field, f"the members of the group {name} do not share their {field}: {told}")
        yield from _plans(name, members, scene)


def _plans(name: str, members: list[Thing], scene: AuditScene) -> Iterator[Observed]:
    """A plan that has one member has all of them."""
    for plan in scene.vault.plans:
        inside = set(_machines_of(plan))
        missing = [each.name for each in members if key_of(each.id) not in inside]
        if missing and len(missing) < len(members):
            told = ", ".join(sorted(missing))
            yield Observed(plan, "groups", f"the plan {plan.name} has members of the group {name}, and lacks {told}")


def _machines_of(plan: Thing) -> Iterator[str]:
    for group in plan.parts("groups"):
        yield from (key_of(each.id) for each in group.parts("replicationProtectedItems"))


def _text(name: str) -> Callable[[Thing], str | None]:
    def read(machine: Thing) -> str | None:
        found = machine.text(name)
        return found.casefold() if found is not None else None

    return read


SHARED = {"policyId": _text("policyId"), "processServerId": _text("processServerId")}
