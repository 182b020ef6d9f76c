"""Ctrl-C while something is proved: exit code 130, what was proved until then, and no verdict that nobody reached."""

import signal
import subprocess
import sys

import pytest

SAID = """
import sys
from siteproof.cli import main
from siteproof.cli.proof_progress import ProofProgress

def telling(name):
    method = getattr(ProofProgress, name)
    def tell(self, *said):
        method(self, *said)
        print("under way", flush=True)
    setattr(ProofProgress, name, tell)

for name in ("query", "depth", "judged"):
    telling(name)
sys.exit(main(sys.argv[1:]))
"""
"""The command itself, which also says on standard output when it is under way."""
PIGEONS = """
import signal, sys
import z3
from siteproof.cli.interrupts import interruptible

def hard(solver, holes=14):
    birds = [[z3.Bool(f"{bird}.{hole}") for hole in range(holes)] for bird in range(holes + 1)]
    solver.add(*(z3.Or(bird) for bird in birds))
    solver.add(*(z3.AtMost(*hole, 1) for hole in zip(*birds)))
    return solver

before = signal.getsignal(signal.SIGINT)
try:
    with interruptible():
        solver = hard(z3.Solver())
        print("under way", flush=True)
        print(solver.check(), flush=True)
except KeyboardInterrupt:
    print("interrupted", signal.getsignal(signal.SIGINT) is before)
"""
SWALLOWED = """
import z3
from siteproof.model.engines.prove.answer import answer
solver = z3.Solver()
birds = [[z3.Bool(f"{bird}.{hole}") for hole in range(14)] for bird in range(15)]
solver.add(*(z3.Or(bird) for bird in birds))
solver.add(*(z3.AtMost(*hole, 1) for hole in zip(*birds)))
try:
    print("under way", flush=True)
    print(answer(solver))
except KeyboardInterrupt:
    print("interrupted")
"""


def interrupted(script: str, *arguments: str, after: str = "under way") -> tuple[int, str, str]:
    """Run a script, send SIGINT when it has said that it is under way, and wait for its end."""
    command = [sys.executable, "-c", script, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        before = next(line for line in iter(process.stdout.readline, "") if line.startswith(after))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        return process.returncode, before + out, err


@pytest.mark.parametrize(
    ("arguments", "task"),
    [
        (["prove", "replication", "--blocks", "20", "--versions", "9"], "not finished: prove replication ("),
        (["prove", "all"], "not finished: prove "),
        (["prove", "--bmc", "60"], "not finished: prove replication --bmc 60 (no violation within"),
        (["prove", "--mutants", "4000"], "not finished: mutants of "),
        (["prove"], "not finished: prove "),
    ],
)
def test_an_interrupted_proof_says_how_far_it_came(arguments: list[str], task: str) -> None:
    """Exit code 130; the task that was not finished is named, nothing is called proved or undecided."""
    code, out, err = interrupted(SAID, *arguments)
    assert code == 130, err
    assert err.startswith("interrupted; done until then: ")
    assert task in err
    assert "Traceback" not in err
    assert "OPEN" not in out
    assert "gave up" not in out


def test_what_was_finished_before_is_told() -> None:
    """Of all specifications, the first is proved when the second one begins, and stays told."""
    code, out, err = interrupted(SAID, "prove", after="PROVED     lifecycle")
    assert code == 130
    assert "done until then: prove lifecycle: PROVED" in err
    assert "PROVED     clock" not in out


def test_the_solver_itself_is_stopped() -> None:
    """In the middle of one hard query: no answer is printed, and the handler from before is in its place again."""
    code, out, err = interrupted(PIGEONS)
    assert (code, err) == (0, "")
    assert out == "under way\ninterrupted True\n"


def test_an_interrupted_solver_gives_no_verdict() -> None:
    """Where z3 swallows the signal (no command around it), its `unknown` is still no answer."""
    code, out, err = interrupted(SWALLOWED)
    assert (code, err) == (0, "")
    assert out == "under way\ninterrupted\n"
