"""A line of a history in the service's own words, put into ours.

Rule: only what is no word of ours is looked up; what is in neither language stays, and is refused as it was written.
"""

from collections.abc import Callable, Mapping
from typing import Any

from siteproof.conformance.exports import words
from siteproof.model.nouns.vocabulary import Direction

DIRECTIONS = {"primarytorecovery": Direction.FORWARD, "recoverytoprimary": Direction.REVERSE}
_Find = Callable[[str], object]


def _ours(find: _Find) -> Callable[[Any], Any]:
    def put(value: Any) -> Any:
        found = find(value) if isinstance(value, str) else None
        return value if found is None else found

    return put


PUT: Mapping[str, Callable[[Any], Any]] = {
    "protection": _ours(words.protection_of),
    "direction": _ours(lambda text: DIRECTIONS.get(words.bare(text))),
    "active": _ours(words.site_of),
    "test_failover": _ours(lambda text: words.DRILLS.get(words.bare(text))),
    "resync": _ours(lambda text: words.RESYNCS.get(words.bare(text))),
    "verb": _ours(words.verb_of),
}
"""How the value of each field is put into our words."""


def in_our_words(line: Any) -> Any:
    """The object of a line, its values in our words where they are the service's."""
    if not isinstance(line, dict):
        return line
    return {key: PUT[key](value) if key in PUT else value for key, value in line.items()}
