"""What `siteproof export` writes: complete, readable, always the same, and safe in each language."""

import json
import re
from pathlib import Path

import attrs
import pytest

from siteproof.cli import main
from siteproof.model.engines.formats.identifiers import Identifiers, doc_lines, docs_of, word
from siteproof.model.engines.formats.jsonspec import to_json
from siteproof.model.engines.formats.promela import promela
from siteproof.model.engines.formats.tla import tla
from siteproof.model.language.claims import ClaimKind
from siteproof.model.spec.registry.specs import SPECS, known

BOUNDS = {"blocks": 1, "points": 1}


@pytest.fixture(scope="module")
def module() -> str:
    """The data plane as TLA+."""
    spec = known("replication")
    return tla(spec.system(BOUNDS), docs_of(spec)).text


@pytest.fixture(scope="module")
def process() -> str:
    """The data plane as Promela."""
    spec = known("replication")
    return promela(spec.system(BOUNDS), docs_of(spec))


def test_tla_reads_like_the_model(module: str) -> None:
    """Enumerations have their values, predicates their names, actions their rules and docstrings."""
    assert '"initial_replication", ' in module
    assert "delta_flows_machine == (tracks_machine /\\ (machine_protection = " in module
    action = module.split("\\* REP-3  ship(machine, link)\n")[1].split("\n\n", maxsplit=1)[0]
    lines = action.splitlines()
    assert lines[0] == "\\* The agent sends everything dirty as one batch: a consistent cut of the disk."
    assert lines[1] == "REP_3_ship_machine_link =="
    assert lines[2:6] == [f"  /\\ {name}" for name in ("delta_flows_machine", "link_up", "log_is_empty_machine", "something_dirty_machine")]  # fmt: skip  # noqa: E501  (the guard as it stands there)
    assert "  /\\ machine_dirty_0' = FALSE" in lines


def test_every_action_and_claim_of_a_system_is_in_its_text() -> None:
    """Nothing is left out: each transition is an alternative of Next, each claim is asked for."""
    for spec in SPECS.values():
        system = spec.system()
        written, model = tla(system, docs_of(spec)), promela(system, docs_of(spec))
        following = written.text.split("\nNext ==\n")[1].split("\n\n")[0].splitlines()
        always = [claim for claim in system.claims if claim.kind is ClaimKind.ALWAYS]
        steps = [claim for claim in system.claims if claim.kind is ClaimKind.WHENEVER]
        assert len(following) == len(set(following)) == len(system.transitions) == model.count("  :: d_step {")
        assert len(written.claims) == len(set(written.claims)) == len(system.claims)
        assert written.config.count("INVARIANT ") == model.count("\n  assert(") == len(always) + 1
        assert written.config.count("\nPROPERTY ") == len(steps)


def test_each_action_says_what_becomes_of_every_variable(module: str) -> None:
    """A variable is either given a value or listed as unchanged, never both and never neither."""
    names = re.findall(
        r"^  (\w+),?  +\\\* ", module.split("VARIABLES")[1].split("vars ==", maxsplit=1)[0], re.MULTILINE
    )
    actions = re.findall(
        r"^\w+ ==\n((?:  .+\n)+)", module.split("\n\n\\* LC-1 ")[1].split("\nNext ==", maxsplit=1)[0], re.MULTILINE
    )
    assert len(actions) > 10
    for body in actions:
        kept = body.split("UNCHANGED <<")[1].split(">>")[0] if "UNCHANGED" in body else ""
        told = re.findall(r"(\w+)' = ", body) + re.findall(r"\w+", kept)
        assert sorted(told) == sorted(names)


def test_promela_reads_like_the_model(process: str) -> None:
    """Values are mtypes by name, predicates are defines, a transition is one d_step below its rule and docstring."""
    assert "mtype:Resync = {Resync_none, Resync_required," in process
    assert "#define tracks_machine (replicating_machine && machine_agent_up)" in process
    step = process.split("/* REP-5  receive(machine, link)\n")[1].split("::")[1]
    assert [line.strip() for line in step.splitlines()[:4]] == [
        "d_step { in_flight_machine &&",
        "link_up ->",
        "machine_received = true;",
        "check() }",
    ]


def test_json_says_everything() -> None:
    """Variables with domains and first values, guards and effects, docstrings, and claims with their reason."""
    spec = known("replication")
    data = json.loads(to_json(spec.system(BOUNDS), docs_of(spec)))
    assert data["bounds"] == {"machines": 1, "blocks": 1, "versions": 2, "points": 1}
    ship = next(step for step in data["transitions"] if step["name"] == "ship(machine, link)")
    assert ship["doc"].startswith("The agent sends everything dirty")
    assert '["define", "delta_flows(machine)", ["and"' in json.dumps(ship["guard"])
    assert ["machine.dirty[0]", False] in ship["effects"]
    assert all(claim["why"] for claim in data["claims"] if claim["kind"] == "always")


def test_an_export_is_always_the_same() -> None:
    """Two systems built from one specification give the same text in every language."""
    spec = known("handshake")
    one, two = spec.system(), attrs.evolve(spec).system()
    assert one is not two
    assert tla(one) == tla(two)
    assert promela(one) == promela(two)
    assert to_json(one) == to_json(two)


def test_names_never_collide() -> None:
    """Two things that would be written alike get different names; the same thing keeps its name."""
    names = Identifiers()
    assert names.of("a[1]", "first") == "a_1"
    assert names.of("a.1", "second") == "a_1_2"
    assert names.of("a[1]", "first") == "a_1"
    assert names.of("A_1", "third") == "A_1_3"
    assert word("0 to 9") == "x_0_to_9"


def test_a_docstring_cannot_end_a_comment() -> None:
    """Signs that would end or open a comment are taken apart, and only ASCII is left."""
    assert list(doc_lines("a */ b (* c *) §7 d → é")) == ["a * / b ( * c * ) section 7 d -> ?"]


def test_the_command_writes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into a folder: module and configuration; to standard output: the text and nothing else."""
    out = tmp_path / "new"
    assert main(["export", "lifecycle", "--to", "tla", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["lifecycle.cfg", "lifecycle.tla"]
    capsys.readouterr()
    assert main(["export", "lifecycle", "--to", "promela"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("/* The specification `lifecycle`, written by siteproof. */\n")
    assert printed.err.startswith("siteproof ")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["lifecicle", "--to", "tla"], "did you mean lifecycle"),
        (["lifecycle", "--to", "tla", "--blocks", "2"], "no bound `blocks`"),
        (["lifecycle", "--to", "alloy"], "'tla', 'promela', 'json'"),
        (["lifecycle", "--to", "tla", "--out", "/dev/null/x"], "cannot be written"),
    ],
)
def test_a_wrong_question_gets_a_hint(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one clear error."""
    assert main(["export", *arguments]) == 2
    assert answer in capsys.readouterr().err


def test_who_wants_a_trace_is_told_where_traces_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    """`--to itf` is refused with the command that writes ITF; another unknown language with the known ones."""
    assert main(["export", "--to", "itf"]) == 2
    assert "siteproof explore SPEC --trace-to STATE --format itf" in capsys.readouterr().err
    assert main(["export", "--to", "alloy"]) == 2
    assert "'tla', 'promela', 'json'" in capsys.readouterr().err
