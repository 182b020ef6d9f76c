"""What the service itself reports, with its codes in the words of our catalogue.

Rule: a code that is not known is listed as it is; the summary text of a report may name one of ours, a number never.
"""

from collections.abc import Iterator

from attrs import frozen

from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import ExportedVault
from siteproof.conformance.exports.words import bare
from siteproof.model.nouns.errors import ErrorCode

E = ErrorCode
OURS: dict[str, ErrorCode] = {
    "10008": E.DELTA_THROTTLED,
    "78144": E.NO_APP_CONSISTENT_POINT,
    "153006": E.NO_APP_CONSISTENT_POINT,
    "153007": E.NO_CRASH_CONSISTENT_POINT,
    **{code.value.casefold(): code for code in ErrorCode},
}
"""Codes of the service that public sources describe; names of ours stand for themselves."""

_WORDS: tuple[tuple[str, ErrorCode], ...] = (
    # what stands in the summary of a report, without blanks and in small letters
    ("rpothrottled", E.DELTA_THROTTLED),
    ("appconsistent", E.NO_APP_CONSISTENT_POINT),
    ("applicationconsistent", E.NO_APP_CONSISTENT_POINT),
    ("crashconsistent", E.NO_CRASH_CONSISTENT_POINT),
    ("noheartbeat", E.SOURCE_NO_HEARTBEAT),
    ("heartbeatfromthesource", E.SOURCE_NO_HEARTBEAT),
    ("heartbeatfromtheprocessserver", E.PROCESS_SERVER_NO_HEARTBEAT),
    ("processserverheartbeat", E.PROCESS_SERVER_NO_HEARTBEAT),
    ("highchurn", E.HIGH_CHURN),
    ("datachangerate", E.HIGH_CHURN),
    ("resized", E.DISK_RESIZED),
    ("rpoexceeded", E.RPO_THRESHOLD_EXCEEDED),
    ("rpothreshold", E.RPO_THRESHOLD_EXCEEDED),
)
_BAD = ("error", "critical", "fatal")


@frozen
class HealthError:
    """One error of the service: of whom, its code, what it says, and whether it is more than a warning."""

    of: Thing
    code: str
    message: str
    is_error: bool

    def guess(self) -> ErrorCode | None:
        """The code of ours that the words of the report name."""
        said = bare(f"{self.code} {self.message}")
        return next((code for word, code in _WORDS if word in said), None)


def reports(vault: ExportedVault) -> Iterator[HealthError]:
    """Everything that is reported: at machines and appliances, in the vault's health, by the newest events."""
    for each in (*vault.machines, *vault.fabrics):
        yield from _of(each, "healthErrors")
        yield from _of(each, "healthErrorDetails")
    for _, component in vault.components():
        yield from _of(component, "healthErrors")
    for health in vault.healths:
        yield from _of(health, "vaultErrors")
        for field in ("protectedItemsHealth", "fabricsHealth", "containersHealth"):
            for outer in health.parts(field):
                yield from (_report(health, issue) for issue in outer.parts("issues"))
    yield from _events(vault)


def _of(each: Thing, field: str) -> Iterator[HealthError]:
    for error in each.parts(field):
        yield _report(each, error)
        yield from (_report(each, inner) for inner in error.parts("innerHealthErrors"))


def _report(of: Thing, error: Thing) -> HealthError:
    code = error.text("errorCode") or error.text("summaryCode") or error.text("errorId") or "without a code"
    said = error.text("summaryMessage") or error.text("errorMessage") or error.text("entityId") or ""
    level = bare(error.text("errorLevel") or error.text("severity") or "error")
    return HealthError(of, code, said, level in _BAD)


def _events(vault: ExportedVault) -> Iterator[HealthError]:
    """Of each object and kind of event only the newest one counts: an older error may have been mended since."""
    newest: dict[tuple[str, str], Thing] = {}
    for event in sorted(vault.events, key=lambda each: each.when("timeOfOccurrence") or 0):
        of = event.text("affectedObjectFriendlyName") or event.text("affectedObjectCorrelationId") or ""
        newest[of, event.text("eventType") or ""] = event
    for event in newest.values():
        severity = bare(event.text("severity") or "")
        if severity in (*_BAD, "warning"):
            code = event.text("eventCode") or event.text("eventType") or "an event"
            yield HealthError(event, code, event.text("description") or "", severity in _BAD)
