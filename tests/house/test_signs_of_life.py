"""A long run shows that it lives, on standard error, as befits what reads it."""

import threading

import pytest

from siteproof.cli.signs_of_life import beating


@pytest.mark.parametrize("terminal", [True, False])
def test_a_run_that_takes_long_says_where_it_is(capsys: pytest.CaptureFixture[str], terminal: bool) -> None:
    """Without a terminal a line for each beat; in one a single line that is redrawn and wiped away at the end."""
    said = threading.Event()
    numbers = iter(range(1000))

    def say(seconds: float) -> str:
        assert seconds > 0
        number = next(numbers)
        if number == 2:
            said.set()
        return f"beat {number}"

    with beating(say, terminal=terminal, seconds=0.001):
        assert said.wait(30)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == (0 if terminal else printed.err.count("beat"))
    assert printed.err.endswith("\r" if terminal else "\n")


def test_a_short_run_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first beat there is nothing to say."""
    with beating(lambda _: "here", terminal=False, seconds=60):
        pass
    assert capsys.readouterr().err == ""
