"""Every walk that once found something stays here and must find nothing any more on the honest appliance.

change-to-latest-after-failover: the judge took a point made from received data after a failover for a state of the
machine that ran by then. enable-with-link-down: a copy that cannot get through ends in initial_replication_failed.
drill-keeps-an-old-point: what arrives at the instant at which a drill still uses an older point does not end that one.
job-cancelled-inside-its-transfer: a copy whose job an operator cancels while it sends ended itself while it ran.
disable-fails-on-a-marked-machine: a job that has failed is shown by its region, which is a report of an error.
command-during-initial-replication: while a job runs, OperationConflict is as true as the table's own error.
"""

import json
from pathlib import Path

import pytest

from siteproof.fuzz.replay import replay_walk

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_an_old_finding_does_not_come_back(path: Path) -> None:
    """The recorded walk is carried out again and nothing is wrong."""
    replayed = replay_walk(json.loads(path.read_bytes()), path.name)
    assert replayed.recorded
    assert replayed.finding is None, replayed.finding
