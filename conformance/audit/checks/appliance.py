"""Checks of the appliances: components down, silent or of another version; and of what the service reports."""

from collections import defaultdict
from collections.abc import Iterator

from siteproof.conformance.audit.check import MINUTE_MS, AuditScene, Observed, Severity, check, span
from siteproof.conformance.audit.health import OURS, HealthError, reports
from siteproof.conformance.exports.things import part
from siteproof.conformance.exports.vault import inner
from siteproof.model.nouns.errors import CATALOGUE


@check(
    "AUD-APPLIANCE",
    Severity.ERROR,
    "SP-APP-9",
    "SP-APP-15",
    "SP-APP-21",
    remedy="start the component; while it is down, machines behind this appliance fall behind",
)
def components_are_up(scene: AuditScene) -> Iterator[Observed]:
    """Every component of an appliance is healthy and was heard within the last minutes."""
    for kind, each in scene.vault.components():
        health, age = (each.text("health") or "").casefold(), scene.age_ms(each.when("lastHeartbeatUtc"))
        if age is not None and age > scene.limits.heartbeat_minutes * MINUTE_MS:
            yield Observed(each, f"{kind}.lastHeartbeatUtc", f"{kind} of {each.name} was heard last {span(age)} ago")
        elif health in ("critical", "warning"):
            severity = Severity.ERROR if health == "critical" else Severity.WARNING
            yield Observed(each, f"{kind}.health", f"{kind} of {each.name} is {health}", severity)


@check(
    "AUD-VERSION",
    Severity.WARNING,
    "SP-APP-2",
    "SP-APP-3",
    remedy="update the older ones: components and agents of different versions are supported for a while only",
)
def versions_agree(scene: AuditScene) -> Iterator[Observed]:
    """Components of one kind are of one version, and no agent is older than the newest one it could have."""
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind, each in scene.vault.components():
        version = each.text("version")
        if version:
            versions[kind][version].append(each.name)
    for kind, each in scene.vault.components():
        newest = max(versions[kind], key=_numbers, default=None)
        version = each.text("version")
        if newest and version and version != newest:
            yield Observed(
                each, f"{kind}.version", f"{kind} of {each.name} is of version {version}, another one of {newest}"
            )
    for machine in scene.vault.machines:
        agent = inner(machine, "mobilityAgentDetails")
        version, latest = agent.text("version"), agent.text("latestVersion")
        if version and latest and _numbers(version) < _numbers(latest):
            sentence = f"the agent of {machine.name} is of version {version}, the newest one is {latest}"
            yield Observed(machine, "mobilityAgentDetails.version", sentence)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) if each.isdecimal() else 0 for each in version.split("."))


@check(
    "AUD-HEALTH",
    Severity.ERROR,
    "SP-ERR-1",
    "SP-APP-21",
    remedy="do what the error recommends; siteproof explain NAME tells more of the ones that are in our catalogue",
)
def nothing_is_reported(scene: AuditScene) -> Iterator[Observed]:
    """The service itself reports no error."""
    for report in reports(scene.vault):
        severity = None if report.is_error else Severity.WARNING
        yield Observed(report.of, f"healthErrors.{report.code}", _told(report), severity)


def _told(report: HealthError) -> str:
    known = OURS.get(report.code.casefold()) or report.guess()
    meaning = (
        f"{known.value}: {CATALOGUE[known].message}" if known is not None else "a code that our catalogue does not have"
    )
    said = f" ({report.message})" if report.message else ""
    return f"{report.of.name} reports {report.code}{said}, which is {meaning}"


@check(
    "AUD-PART",
    Severity.WARNING,
    remedy="export all of it (follow nextLink; az does so by itself): what is missing is not judged",
)
def lists_are_whole(scene: AuditScene) -> Iterator[Observed]:
    """No list was exported in part only."""
    for place in scene.vault.more:
        yield Observed(
            part({"name": place}, place), "nextLink", f"{place} goes on behind a nextLink, which was not followed"
        )
