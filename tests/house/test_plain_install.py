"""A plain install in a stranger's folder: every command works there, or names the part to install in one line."""

import ast
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from siteproof.cli import COMMANDS
from siteproof.cli.ending import exit_code
from siteproof.cli.guides import SHIPPED
from siteproof.conformance import results
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.problem import ExitCode
from tests.house.installed import ROOT, Ended, Installed, asked_for, size_bytes
from tests.house.test_house import product

CORE_BYTES_MAX = 320 * 1024 * 1024
CHECKOUT = re.compile(r"\b(?:docs|tests|benchmarks)/[\w./-]+\.(?:md|toml|py|json)")
BUILT = ("docs/spec/",)
"""What `siteproof spec build` writes into the present folder."""
WORKS = {
    # what is typed: the exit code
    "--version": 0,
    "conform --python siteproof.reference.subject:make_subject --case C-ERR-1": 0,
    "zoo --only Z99": 2,
    "fuzz --walks 2": 0,
    "explore retention": 0,
    "explore replication": 0,
    "explore replication --engine rows": 2,
    "prove retention": 0,
    "tour retention --cover actions": 0,
    "policy check --retention 24h --app-every 4h": 0,
    "policy example": 0,
    "plan example": 0,
    "coverage --guide": 0,
    "zoo --guide": 0,
    "coverage out/results.ndjson": 0,
    "adapter guide": 0,
    "appliance init --state kept": 0,
    "machine list --state kept": 0,
    "group list --state kept": 0,
    "plan list --state kept": 0,
    "point list --state kept": 0,
    "job list --state kept": 0,
    "event list --state kept": 0,
    "log inspect nothing.log": 2,
    "access list --state kept": 2,
    "agent serve-nbd nothing.img --state nowhere": 2,
    "replay nothing.json": 2,
    "minimise nothing.json": 2,
    "new policy": 0,
    "new spec counter": 0,
    "explore counter:SPEC": 1,
    "explore lifecycle --export page.html": 0,
    "doctor": 0,
    "gaps": 0,
    "report out/results.ndjson --format markdown": 0,
    "compare out/results.ndjson out/results.ndjson": 0,
    "evidence verify nothing.json": 2,
    "results build --check": 2,
    "audit nothing.json": 2,
    "trace check nothing.ndjson": 2,
    "explain SP-RES-4": 0,
    "spec build --out book": 0,
    "spec build --format html --one-file": 0,
    "spec diff book book": 0,
    "site": 2,
    "export --to tla": 0,
    "crosscheck retention": 3,
}


def ended_well(done: Ended) -> None:
    """Its exit code is the expected one, and it tells of no traceback and of no file of the checkout."""
    assert (done.line, done.code) == (done.line, WORKS[done.line]), done.err
    assert done.code != ExitCode.OUR_BUG, done.err
    told = [name for name in CHECKOUT.findall(done.out + done.err) if not name.startswith(BUILT)]
    guides = {"adapter guide", "coverage --guide", "zoo --guide"}
    assert done.line in guides or told == []
    assert str(ROOT) not in done.out + done.err


@pytest.mark.slow
def test_every_command_works_from_a_plain_install(installed: Installed) -> None:
    """In a folder with a model/ of its own, without any extra, each command does its work or says what is missing."""
    ended = list(installed.one_after_the_other(list(WORKS)))
    for each in ended:
        ended_well(each)
    assert [each.line for each in ended] == list(WORKS)
    assert installed.siteproof("--version").stdout.startswith("siteproof, version")
    assert {line.split()[0] for line in WORKS} | {"run"} >= set(COMMANDS)


@pytest.mark.slow
def test_the_main_job_works_from_a_plain_install(installed: Installed) -> None:
    """`siteproof run` brings its database with it, the drill passes; without it, what to install is named."""
    ended = installed.siteproof("run", "--size", "16")
    assert ended.returncode in {ExitCode.OK, ExitCode.VIOLATION}, ended.stderr  # the suite's verdict is not meant here
    report = results.read(installed.elsewhere / "out" / results.FILE_NAME).report
    assert report is not None
    assert [each.verdict for each in report.results if each.case_id == "C-DRILL-1"] == [Verdict.PASS]
    without = installed.siteproof_without("apsw", "run", "--size", "16")
    assert without.returncode == ExitCode.USAGE
    assert "pip install 'siteproof'" in without.stderr
    assert "Traceback" not in without.stderr


@pytest.mark.slow
def test_the_extras_are_optional(installed: Installed) -> None:
    """Without apsw and numba the model is explored and a subject is judged as before."""
    explored = installed.siteproof_without("apsw,numba,cvc5,qemu", "explore", "replication", "--engine", "rows-std")
    judged = installed.siteproof_without("apsw,numba", "conform", "--python", SUBJECT, "--case", "C-ERR-1")
    assert (explored.returncode, judged.returncode) == (0, 0), explored.stderr + judged.stderr


SUBJECT = "siteproof.reference.subject:make_subject"


def test_a_plain_install_is_small_and_brings_no_test_tools() -> None:
    """What a plain install brings takes less than 320 MiB, and neither pytest nor pyfakefs is in it."""
    brought = asked_for("siteproof")
    assert {"pytest", "pyfakefs"} & {each.metadata["Name"].lower() for each in brought} == set()
    assert sum(map(size_bytes, brought)) < CORE_BYTES_MAX


def test_what_is_missing_is_named_with_the_part_that_brings_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A module of one of our packages names the extra that brings it (exit 2); another one is a defect of ours."""

    def wants(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for name, part in (("numba.core", "siteproof[fast]"), ("qemu.qmp", "siteproof[qemu]"), ("z3", "siteproof")):
        assert exit_code(lambda name=name: wants(name), []) == ExitCode.USAGE  # type: ignore[misc]
        assert f"pip install '{part}'" in capsys.readouterr().err


def test_a_module_of_nobody_is_a_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module that no package of ours brings is our own mistake, and its crash file stands below --out."""

    def wrong() -> object:
        raise ModuleNotFoundError("No module named 'nowhere'", name="nowhere")

    assert exit_code(wrong, ["conform", "--out", str(tmp_path)]) == ExitCode.OUR_BUG
    assert [path.parent.name for path in tmp_path.rglob("crash-*.json")] == ["crashes"]
    assert str(tmp_path) in capsys.readouterr().err


def constants(tree: ast.Module) -> Iterator[str]:
    """Every text of a file that a user could be shown: no docstring, except those that are the help of a command."""
    helped = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.decorator_list and isinstance(node.body[0], ast.Expr)
    }
    quiet = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in quiet - helped:
            yield node.value


def test_nothing_a_user_is_shown_names_a_file_of_the_checkout() -> None:
    """No message, hint or help names a document that a wheel does not have; what it has is printed by a command."""
    texts = {(path.name, text) for path in product() for text in constants(ast.parse(path.read_text()))}
    named = {(file, name) for file, text in texts for name in CHECKOUT.findall(text) if not name.startswith(BUILT)}
    assert named == set()
    assert all((ROOT / "docs" / name).is_file() for name in SHIPPED)


def test_the_metadata_is_of_this_checkout() -> None:
    """The environment of the tests was installed from the pyproject.toml that is tested."""
    names = {re.split(r"[^\w.-]", line)[0].lower() for line in metadata.requires("siteproof") or []}
    assert "apsw" in names
