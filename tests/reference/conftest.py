"""Fixtures for the reference alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.reference.subject import ReferenceSubject
from tests.reference.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh appliance; its folder is gone afterwards."""
    subject = ReferenceSubject(tmp_path, durable=False)
    yield Bench(subject)
    subject.close()
    assert not list(tmp_path.iterdir())
