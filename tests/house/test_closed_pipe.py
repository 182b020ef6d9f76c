"""A reader that takes one line and goes: `siteproof … | head -1`."""

import subprocess
import sys

import pytest

from siteproof.model.nouns.problem import ExitCode

COMMANDS = {
    ("explain", "specifications"): ExitCode.OK,
    ("policy", "check", "--retention", "16d"): ExitCode.VIOLATION,
    ("explain", "--format", "json", "SP-RES-4"): ExitCode.OK,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_exit_code_is_the_commands_own(command: tuple[str, ...]) -> None:
    """Nobody reads: the code is that of the verdict, and nothing is complained about."""
    running = subprocess.Popen(
        [sys.executable, "-m", "siteproof", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    complaints = running.stderr.read()
    running.stderr.close()
    assert (running.wait(60), complaints) == (COMMANDS[command], b"")
