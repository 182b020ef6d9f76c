"""What the shell offers where a name is asked for: cases, chapters, members of the zoo, specifications, anything told.

Rule: a list is read when it is asked for, so that no command waits for it. `_SITEPROOF_COMPLETE=bash_source siteproof`
prints what a shell has to be told (zsh_source, fish_source likewise).
"""

from collections.abc import Iterable, Iterator

import click

Offered = list[str]


def _beginning(names: Iterable[str], begun: str) -> Offered:
    """The names that begin like this, whatever its case."""
    return [name for name in names if name.casefold().startswith(begun.casefold())]


def cases(_context: click.Context, _parameter: click.Parameter, begun: str) -> Offered:
    """Cases, and the requirements that they speak of."""
    from siteproof.conformance.case import all_cases  # noqa: PLC0415  (read when it is asked for)

    found = all_cases()
    return _beginning(
        [*(each.id for each in found), *sorted({name for each in found for name in each.requires})], begun
    )


def chapters(_context: click.Context, _parameter: click.Parameter, begun: str) -> Offered:
    """Chapters of the book."""
    from siteproof.model.spec.registry import requirements  # noqa: PLC0415  (read when it is asked for)

    return _beginning([each.id for each in requirements.chapters()], begun)


def members(_context: click.Context, _parameter: click.Parameter, begun: str) -> Offered:
    """Members of the zoo and their groups."""
    from siteproof.cli.zoo_members import GROUPS, MEMBERS  # noqa: PLC0415  (read when it is asked for)

    return _beginning([*GROUPS, *MEMBERS], begun)


def specifications(_context: click.Context, _parameter: click.Parameter, begun: str) -> Offered:
    """Specifications, right ones first."""
    from siteproof.model.spec.registry.specs import SPECS  # noqa: PLC0415  (read when it is asked for)

    return _beginning(SPECS, begun)


def told_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> Offered:
    """Everything that `explain` knows."""
    return _beginning(dict.fromkeys(_told()), begun)


def _told() -> Iterator[str]:
    from siteproof.cli import explain_desk, explain_specs, explain_words  # noqa: PLC0415  (read when it is asked for)
    from siteproof.cli.links import links  # noqa: PLC0415  (read when it is asked for)
    from siteproof.model.spec.registry import requirements  # noqa: PLC0415  (read when it is asked for)

    known = links()
    yield from (each.id for each in requirements.requirements())
    yield from (each.id for each in known.cases)
    yield from (each.id for each in known.rules)
    yield from (*explain_specs.names(), *explain_words.names(), *explain_desk.names())
