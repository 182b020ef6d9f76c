"""Which document stands where on the site.

Rule: a document of docs/ is named here once; one that is not stands under More, a name without one stops the build.
"""

from collections.abc import Iterable, Iterator

from siteproof.model.nouns.problem import Problem
from siteproof.site.book_html import parts

COMMANDS, API = "commands", "api"
"""Made from the program, not written."""
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Begin here", ("index.md", "tutorial.md", "supported.md")),
    (
        "How to",
        (
            "implementers.md",
            "adapters.md",
            "audit.md",
            "check-a-policy.md",
            "validate-a-log.md",
            "fuzz.md",
            "scaling.md",
            "service.md",
            "write-a-zoo-member.md",
            "add-a-requirement.md",
            "explorer.md",
            "tutorial-own-spec.md",
            "disputes.md",
        ),
    ),
    (
        "Explanation",
        (
            "domain.md",
            "design.md",
            "architecture.md",
            "engine.md",
            "auditor.md",
            "worlds.md",
            "verdicts.md",
            "random-testing.md",
            "mutants.md",
            "zoo.md",
            "data-path.md",
        ),
    ),
    ("Reference", ("spec/index.md", COMMANDS, API, "formats.md", "histories.md", "sources.md")),
    ("Results", ("results/index.md", "findings.md", "benchmarks.md", "peers.md")),
    ("Security", ("security.md", "threat-model.md")),
)
PROJECT = ("CONTRIBUTING.md", "CHANGELOG.md", "release.md")


def menu_of(names: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The navigation over documents by name, without those of the book; Problem when a place has no document."""
    present = list(names)
    decisions = tuple(sorted(name for name in present if name.startswith("decisions/")))
    whole = (*SECTIONS, ("Decisions", decisions), ("Project", PROJECT))
    shown = {name for _, files in whole for name in files}
    _refuse(sorted(shown - set(present)))
    more = tuple(name for name in present if name not in shown and not name.startswith("spec/"))
    return tuple((title, files) for title, files in (*whole, ("More", more)) if files)


def book_menu(names: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The navigation within the book, for its own pages."""
    book = [name.removeprefix("spec/") for name in names if name.startswith("spec/")]
    for title, files in parts(book):
        yield title, tuple(f"spec/{name}" for name in files)


def _refuse(names: list[str]) -> None:
    if names:
        problem = f"{names[0]} is in the navigation and not there"
        raise Problem(problem, f"{len(names)} such documents", "mend siteproof/site/navigation.py")
