"""Campaigns of the tests stand in memory, as those of the command do."""

from collections.abc import Iterator

import pytest

from siteproof.cli.scratch import scratch


@pytest.fixture(scope="session", autouse=True)
def _in_memory() -> Iterator[None]:
    with scratch():
        yield
