"""What the published schemas of SARIF 2.1.0 and CTRF say of the parts that we write, in our own words.

Rule: every object is closed, as it is there, so that a field which the format does not know is a failure here as well.
"""

from typing import Any

TEXT, COUNT, ANY = {"type": "string"}, {"type": "integer"}, {"type": "object"}


def closed(required: str, **fields: Any) -> dict[str, Any]:
    """An object of these fields and no others, of which the named ones are required."""
    return {"type": "object", "properties": fields, "required": required.split(), "additionalProperties": False}


def listed(items: Any, least: int = 0) -> dict[str, Any]:
    """A list of such items."""
    return {"type": "array", "items": items, "minItems": least}


COUNTS = ("tests", "passed", "failed", "skipped", "pending", "other", "start", "stop")
CTRF = closed(
    "reportFormat specVersion results",
    reportFormat={"const": "CTRF"},
    specVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    results=closed(
        "tool summary tests",
        tool=closed("name", name={"type": "string", "minLength": 1}, version=TEXT, extra=ANY),
        summary=closed(" ".join(COUNTS), **dict.fromkeys(COUNTS, COUNT), flaky=COUNT, suites=COUNT, extra=ANY),
        tests=listed(
            closed(
                "name status duration",
                name={"type": "string", "minLength": 1},
                status={"enum": ["passed", "failed", "skipped", "pending", "other"]},
                duration=COUNT,
                suite=listed(TEXT, least=1),
                message=TEXT,
                trace=TEXT,
                rawStatus=TEXT,
                tags=listed(TEXT),
                flaky={"type": "boolean"},
                extra=ANY,
            )
        ),
        environment=closed("", reportName=TEXT, appName=TEXT, appVersion=TEXT, extra=ANY),
        extra=ANY,
    ),
)

MESSAGE = {**closed("", text=TEXT, markdown=TEXT), "minProperties": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LOGICAL = closed("", name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)
LOCATION = closed("", message=MESSAGE, logicalLocations=listed(LOGICAL))
RULE = closed(
    "id",
    id=TEXT,
    shortDescription=closed("text", text=TEXT, markdown=TEXT),
    help=closed("text", text=TEXT, markdown=TEXT),
    defaultConfiguration=closed("", level=LEVEL, enabled={"type": "boolean"}),
    properties=ANY,
)
RESULT = closed(
    "message",
    ruleId=TEXT,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    message=MESSAGE,
    locations=listed(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    codeFlows=listed(closed("threadFlows", threadFlows=listed(closed("locations", locations=listed(
        closed("", location=LOCATION), least=1)), least=1))),
    properties=ANY,
)  # fmt: skip
SARIF = closed(
    "version runs",
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs=listed(
        closed(
            "tool",
            tool=closed("driver", driver=closed("name", name=TEXT, version=TEXT, rules=listed(RULE))),
            results=listed(RESULT),
            invocations=listed(
                closed(
                    "executionSuccessful",
                    executionSuccessful={"type": "boolean"},
                    exitCode=COUNT,
                    toolExecutionNotifications=listed(closed("message", level=LEVEL, message=MESSAGE)),
                )
            ),
            properties=ANY,
        )
    ),
)
