"""The catalogue of requirements: what stands in it, how it is linked, and how a wrong entry is answered."""

import pytest

from siteproof.cli.links import links
from siteproof.model.book.rules import rule_links
from siteproof.model.book.traceability import covers
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.vocabulary import RECORDED_NAME
from siteproof.model.spec.registry.glossary import glossary
from siteproof.model.spec.registry.glossary import parse as parse_glossary
from siteproof.model.spec.registry.requirements import (
    Level,
    Requirement,
    catalogue,
    chapters,
    near,
    parse,
    requirement,
    requirements,
)

CHAPTER = '[[chapter]]\nid = "RES"\ntitle = "Resync"\nabout = "What travels."\n'
ENTRY = {
    "id": '"SP-RES-1"',
    "level": '"MUST"',
    "evidence": '"S"',
    "source": '"seed: Resynchronization process 4"',
    "sentence": '"Only differing blocks travel."',
}


def entry(**changed: str) -> str:
    """A catalogue with one requirement; a field changed to nothing is left out."""
    fields = {key: value for key, value in {**ENTRY, **changed}.items() if value}
    return CHAPTER + "[[requirement]]\n" + "".join(f"{key} = {value}\n" for key, value in fields.items())


def test_the_catalogue_covers_every_chapter_of_the_book() -> None:
    """There are more than 300 requirements, and no chapter is empty."""
    assert len(requirements()) > 300
    assert {each.chapter for each in requirements()} == {chapter.id for chapter in chapters()}


def test_requirements_stand_in_the_order_of_their_chapters() -> None:
    """Within a chapter the numbers rise by one: none was removed, none was inserted."""
    for chapter in chapters():
        numbers = [int(each.id.rpartition("-")[2]) for each in requirements() if each.chapter == chapter.id]
        assert numbers == list(range(1, len(numbers) + 1)), chapter.id


def test_no_two_requirements_say_the_same() -> None:
    """Every sentence is its own."""
    sentences = [each.sentence for each in requirements()]
    assert len(set(sentences)) == len(sentences)


def test_every_rule_that_a_requirement_names_exists() -> None:
    """A requirement links to rules and properties that the model has."""
    known = {rule.id for rule in rule_links()}
    missing = {
        (each.id, name) for each in requirements() for name in each.rules if not any(covers([name], i) for i in known)
    }
    assert missing == set()


def test_every_rule_of_the_model_is_named_by_a_requirement() -> None:
    """No rule, property or theorem stands in the model without a requirement that it keeps; a lemma serves claims."""
    known = links()
    assert [rule.id for rule in known.rules if not known.kept_by(rule.id) and rule.kind != "lemma"] == []


def test_every_requirement_that_a_rule_or_case_names_exists() -> None:
    """A theorem or a case witnesses requirements of the catalogue."""
    ids = {each.id for each in requirements()}
    known = links()
    pairs = [*((each.id, each.requires) for each in known.rules), *((each.id, each.requires) for each in known.cases)]
    named = {(each, name) for each, requires in pairs for name in requires}
    assert {(each, name) for each, name in named if name not in ids} == set()


def test_every_requirement_is_linked_or_says_why_not() -> None:
    """A requirement has a rule, a property or a case; otherwise it gives the reason."""
    known = links()
    bare = [each.id for each in requirements() if not (known.rules_of(each) or known.cases_of(each.id))]
    assert [name for name in bare if not requirement(name).informative] == []


def test_errors_named_in_sentences_exist() -> None:
    """A word in a sentence that looks like an error's name is one of the catalogue's codes."""
    codes = set(ErrorCode)
    words = {word.strip(".,;") for each in requirements() for word in each.sentence.split()}
    named = {word for word in words if word[:1].isupper() and sum(letter.isupper() for letter in word) > 1}
    camel = {word for word in named if word.isalpha() and not word.isupper() and word != "VMware"}
    assert {word for word in camel if word not in codes} == set()


def test_a_requirement_is_found_by_its_id() -> None:
    """An id leads to its requirement."""
    found = requirement("SP-RES-5")
    assert isinstance(found, Requirement)
    assert found.level is Level.MUST
    assert "differ" in found.sentence


def test_an_unknown_id_is_answered_with_near_ones() -> None:
    """A mistyped id is a Problem that names similar ids, exit code 2."""
    with pytest.raises(Problem) as caught:
        requirement("sp-res-05")
    assert "SP-RES-5" in caught.value.hint
    assert caught.value.code is ExitCode.USAGE


def test_near_lists_a_few_known_names_when_nothing_is_similar() -> None:
    """Where few names are known they are listed, where many are known none is guessed."""
    assert near("zzz", ["alpha", "beta"]) == "known: alpha, beta"
    assert near("zzz", [f"name-{number}" for number in range(100)]) == "nothing known is similar"


def test_a_right_entry_is_accepted() -> None:
    """The entry that the wrong ones below differ from is right."""
    assert [each.id for each in parse(entry()).requirements] == ["SP-RES-1"]


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"id": '"RES-1"'}, "an id is SP-<chapter>-<number>"),
        ({"id": '"SP-RES-0"'}, "an id is SP-<chapter>-<number>"),
        ({"id": '"SP-RET-1"'}, "there is no chapter RET"),
        ({"id": ""}, "its id is missing or empty"),
        ({"level": '"must"'}, "level 'must' is not known"),
        ({"level": ""}, "its level is missing or empty"),
        ({"evidence": '"X"'}, "evidence 'X' is not known"),
        ({"source": '"seed: Somewhere 4"'}, "source 'seed: Somewhere 4' is not understood"),
        ({"source": '"domain §9.1"'}, "source 'domain §9.1' is not understood"),
        ({"sentence": '"No period"'}, "does not end with a period"),
        ({"sentence": '"  "'}, "its sentence is missing or empty"),
        ({"sentence": "7"}, "its sentence is missing or empty"),
        ({"rules": "[3]"}, "rule 3 is not a name"),
        ({"informative": '""'}, "its informative is missing or empty"),
        ({"informativ": '"no vault"'}, "'informativ' is not a field of it"),
    ],
)
def test_a_wrong_entry_is_named(changed: dict[str, str], cause: str) -> None:
    """Each mistake in an entry is a Problem that says what is wrong with it."""
    with pytest.raises(Problem) as caught:
        parse(entry(**changed))
    assert cause in caught.value.cause


def test_an_id_cannot_stand_twice() -> None:
    """Two requirements with one id are refused."""
    with pytest.raises(Problem, match="SP-RES-1"):
        parse(entry() + entry().removeprefix(CHAPTER))


@pytest.mark.parametrize("text", ["", CHAPTER, "[[chapter]\n", "surprise = 1\n" + entry(), CHAPTER.replace(".", "")])
def test_a_broken_file_is_a_problem(text: str) -> None:
    """An empty, incomplete or unreadable file is a Problem, never a traceback."""
    with pytest.raises(Problem):
        parse(text)


def test_a_chapter_needs_known_capabilities() -> None:
    """A capability that the contract does not have is refused."""
    with pytest.raises(Problem, match="RES"):
        parse(entry().replace('travels."\n', 'travels."\nneeds = ["teleport"]\n', 1))


def test_every_recorded_name_of_a_verb_is_in_the_glossary() -> None:
    """Whoever knows the service's own name of a command finds ours."""
    aliases = {alias.name for term in glossary() for alias in term.aliases}
    assert set(RECORDED_NAME.values()) <= aliases


@pytest.mark.parametrize(
    "text",
    [
        '[[term]]\nname = "a"\nmeans = "One thing."\n[[term]]\nname = "a"\nmeans = "Another."\n',
        '[[term]]\nname = "a"\nmeans = "No period"\n',
        '[[term]]\nname = "a"\n',
        '[[term]]\nname = "a"\nmeans = "One."\naliases = [{ name = "a", system = "x" }]\n',
        '[[term]]\nname = "a"\nmeans = "One."\naliases = [{ name = "b" }]\n',
    ],
)
def test_a_wrong_glossary_entry_is_a_problem(text: str) -> None:
    """A double, an incomplete or an unfinished term is refused."""
    with pytest.raises(Problem):
        parse_glossary(text)


def test_the_catalogue_is_read_once() -> None:
    """Loading is cached, because every case and report asks for it."""
    assert catalogue() is catalogue()
