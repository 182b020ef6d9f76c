"""A machine of an export, read without what nobody asks for: an export has thousands of them, most of each unused.

Rule: it reads what the slow way reads, field for field; whatever is not plainly a machine is left to the slow way.
"""

from collections.abc import Collection

import msgspec
from msgspec import Raw

from siteproof.conformance.exports.documents import Document
from siteproof.conformance.exports.things import INNER_OBJECTS, Flat, Thing, ThingKind, kind_of, small, thing_of

_SIGNS = (b'"protectionState"', b'"ProtectionState"')
_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ANY = msgspec.json.Decoder()


def machine_of(document: Document, wanted: Collection[str]) -> Thing | None:
    """The machine with those of its fields that are `wanted` (names in small letters); None when it is no machine."""
    raw = bytes(document.raw)
    if not any(sign in raw for sign in _SIGNS):
        return None
    try:
        values = Flat(_ANY.decode(msgspec.json.encode(_flat(raw, wanted))))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return thing_of(values, document.place) if kind_of(values) is ThingKind.MACHINE else None


def _flat(raw: Raw | bytes, wanted: Collection[str]) -> dict[str, Raw]:
    """As `things.flat` with the wanted fields only, and nothing is decoded."""
    fields = {small(key): each for key, each in _FIELDS.decode(raw).items()}
    own = {name: each for name, each in fields.items() if name in wanted}
    for name in INNER_OBJECTS:
        if name in fields and bytes(memoryview(fields[name])[:1]) == b"{":
            own = {**_flat(fields[name], wanted), **own}
    return own
