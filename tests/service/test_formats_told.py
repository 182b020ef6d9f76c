"""docs/formats.md and `log inspect` are true of every record on disk: golden files, every field, every kind of frame.

Maintainers keep: `golden/` was written once, under a key of zeros, for an image that is not there any more. A format
that changes gets a new version and a new folder; these files stay readable.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import attrs
import pytest

from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.reference.datapath.catalogue import Catalogue
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.segment import Role
from siteproof.reference.machine_log import End, LogChange, Standing
from siteproof.reference.points import StoredPoint
from siteproof.reference.service import facts, protecting
from siteproof.reference.service.inspecting import inspect
from siteproof.reference.service.service import Service
from tests.house.test_house import ROOT

GOLDEN = Path(__file__).parent / "golden"
STATE = GOLDEN / "state"
EXPECTED: dict[str, Any] = json.loads((GOLDEN / "expected.json").read_text())
FORMATS = (ROOT / "docs" / "formats.md").read_text()
LATER_MS = 1_767_988_800_000 + 20 * MINUTE_MS


@pytest.mark.parametrize("file", EXPECTED["rows"])
def test_inspect_tells_of_each_file_what_it_told_before(file: str) -> None:
    """Row by row and field by field, each sealed or tagged part found authentic."""
    rows = list(inspect(STATE / file, STATE / "keys/kek"))
    assert json.loads(json.dumps(rows)) == EXPECTED["rows"][file]
    assert all(row.get("authentic", True) for row in rows)
    assert not any(row["what"] == "damage" for row in rows)


def test_every_file_of_a_state_directory_has_rows_or_is_plain() -> None:
    """Nothing is kept that neither the command shows nor the page explains."""
    files = {path.relative_to(STATE).as_posix() for path in STATE.rglob("*") if path.is_file()}
    plain = {file for file in files if file.rpartition("/")[2] in {"kek", "config.toml", "seed.raw", "seed.sums"}}
    assert files == plain | set(EXPECTED["rows"])
    assert len(plain) == 4


def test_an_older_state_directory_opens_and_its_points_are_whole(tmp_path: Path) -> None:
    """What was written then is restored now, byte for byte; its image is gone, and that is told."""
    shutil.copytree(STATE, tmp_path / "state")
    with Service(tmp_path / "state", lambda: LATER_MS) as service:
        held = {}
        for point in service.machine("web").listed:
            protecting.export(service, "web", point.name, tmp_path / point.name)
            held[point.name] = hashlib.sha256((tmp_path / point.name).read_bytes()).hexdigest()
    assert held == EXPECTED["images"]
    assert len(set(held.values())) == 3


RECORDS = (
    facts.VaultEntry, facts.Everything, facts.MachineFacts, facts.HostFacts, facts.StreamFacts, facts.JobFacts,
    LogChange, Standing, End, StoredPoint, Catalogue,
)  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_a_record_is_explained(record: type) -> None:
    """A field that is written down stands in the page by its name."""
    missing = [field.name for field in attrs.fields(record) if not _named(field.name)]
    assert missing == []


def _named(name: str) -> bool:
    return any(name in part.replace("{", " ").replace("}", " ").replace(",", " ").split() for part in _code())


def _code() -> list[str]:
    """What stands between back quotes."""
    return FORMATS.split("`")[1::2]


def test_every_kind_of_frame_and_role_is_in_the_page_and_in_the_golden_files() -> None:
    """With its number; a lost frame needs a damaged disk, and a stream is never kept."""
    for kind in FrameKind:
        assert f"{kind.value} {'zeros' if kind is FrameKind.ZERO else kind.name.lower()}" in FORMATS
    for role in Role:
        assert f"{role.value} " in FORMATS[FORMATS.index("role: 1 stream") :]
    rows = [row for found in EXPECTED["rows"].values() for row in found]
    kinds = {row["what"] for row in rows}
    assert {kind.name.lower() for kind in FrameKind} - {"lost"} <= kinds
    roles = {row["role"] for row in rows if row["what"] == "segment"}
    assert roles == {role.name.lower() for role in Role} - {"stream"}


@pytest.mark.parametrize(
    ("file", "at"),
    [
        ("cloud/web-1/sda/disk", 9),
        ("cloud/web-1/sda/owner", 7),
        ("cloud/web-1/sda/state", 20),
        ("cloud/web-1/sda/state", 1024 + 30),
        ("site/machines/web/sda.raw.bitmap", 20),
        ("site/machines/web/sda.raw.bitmap", 4096),
    ],
)
def test_damage_of_a_small_file_is_named(file: str, at: int, tmp_path: Path) -> None:
    """One flipped bit ends the rows, or adds one, that says so."""
    shutil.copytree(STATE, tmp_path / "state")
    damaged = tmp_path / "state" / file
    data = bytearray(damaged.read_bytes())
    data[at] ^= 1
    damaged.write_bytes(data)
    rows = list(inspect(damaged, tmp_path / "state/keys/kek"))
    assert [row["what"] for row in rows].count("damage") == 1
