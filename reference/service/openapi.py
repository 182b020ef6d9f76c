"""The description of the control API, made from the types of the verbs: OpenAPI 3.1.

Maintainers keep: nothing is written by hand that a type says already.
"""

from functools import cache
from typing import Any

import msgspec

from siteproof.reference.service.access import LOCAL
from siteproof.reference.service.verbs import VERBS

TITLE = "siteproof appliance"
_PROBLEM = {"type": "array", "description": "what, why, what to do, exit code", "minItems": 4, "maxItems": 4}
_REFUSED = {"type": "array", "description": "the name of the error, and this case's detail", "minItems": 2}
ANSWERS = {
    "200": ("the answer", "answer", {}),
    "400": ("the request cannot be used", "problem", _PROBLEM),
    "401": ("no certificate that is known", "problem", _PROBLEM),
    "403": ("not for this role", "problem", _PROBLEM),
    "409": ("refused by name, or a damaged point; nothing has changed", "refused", _REFUSED),
    "413": ("the body is too large", "problem", _PROBLEM),
    "503": ("the store or the source fails", "problem", _PROBLEM),
}


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    offered = {verb: kind for verb, (kind, _) in VERBS.items() if verb not in LOCAL}
    _, parts = msgspec.json.schema_components(offered.values(), ref_template="#/components/schemas/{name}")
    paths = {f"/v1/{verb}": {"post": _operation(verb, kind)} for verb, kind in offered.items()}
    info = {"title": TITLE, "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": parts}}


def _operation(verb: str, kind: type) -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind.__name__}"}}}
    return {
        "operationId": verb,
        "description": kind.__doc__,
        "requestBody": {"content": body, "required": True},
        "responses": {status: _answer(*said) for status, said in ANSWERS.items()},
    }


def _answer(what: str, key: str, schema: dict[str, Any]) -> dict[str, Any]:
    shape = {"type": "object", "properties": {key: schema}}
    return {"description": what, "content": {"application/json": {"schema": shape}}}
