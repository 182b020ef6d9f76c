"""The store of a campaign: one SQLite file that holds everything of it, after every walk.

Rule: a store belongs to one subject, seed, length of walk and specification; another one's is refused with the reason,
and so is a file that is none. What is read back is checked by type like everything from outside.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from attrs import evolve

from siteproof.fuzz.actions import brief
from siteproof.fuzz.cells import CoverageCell, read_cell
from siteproof.fuzz.estimate import Count
from siteproof.fuzz.guide import Kept
from siteproof.fuzz.tally import FindingGroup, Sample, Tally, Walked
from siteproof.model.nouns.problem import ExitCode, Problem

FILE_NAME = "campaign.sqlite"
FORMAT_VERSION = 1
APPLICATION_ID = 0x51FE_F022
HINT = "name the folder of a campaign with --out, or leave out --resume"
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE cells (cell TEXT PRIMARY KEY, executions INTEGER NOT NULL, first INTEGER NOT NULL) STRICT;
CREATE TABLE kept (number INTEGER PRIMARY KEY, walk TEXT NOT NULL) STRICT;
CREATE TABLE groups (place INTEGER PRIMARY KEY, said TEXT NOT NULL) STRICT;
CREATE TABLE samples (executions INTEGER NOT NULL, seconds REAL NOT NULL, cells INTEGER NOT NULL,
                      groups INTEGER NOT NULL) STRICT;
CREATE TABLE pending (number INTEGER PRIMARY KEY, walked TEXT NOT NULL) STRICT;
"""
T = TypeVar("T")


class CampaignStore:
    """An open store; every method writes durably before it returns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Use `created` or `opened`."""
        self._db = connection
        self.path = path

    @classmethod
    def created(cls, path: Path, identity: Mapping[str, str]) -> "CampaignStore":
        """A new store; one that stands there is set aside under the name `….before`."""
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        if path.exists():
            path.replace(path.with_name(f"{path.name}.before"))
        with _explained(path):
            store = cls(_connect(path), path)
            store._db.executescript(SCHEMA)
            store._db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            store._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            with store._db:
                store._db.executemany("INSERT INTO meta VALUES (?, ?)", identity.items())
        return store

    @classmethod
    def opened(cls, path: Path, identity: Mapping[str, str]) -> "CampaignStore":
        """The store of an earlier part of this campaign; Problem when it is none, or one of another campaign."""
        if not path.is_file():
            raise Problem(f"there is no campaign to resume at {path}", "the file is not there", HINT)
        with _explained(path):
            store = cls(_connect(path), path)
            store._check(identity)
        return store

    def _check(self, identity: Mapping[str, str]) -> None:
        (version,), (application,) = (self._db.execute(f"PRAGMA {name}").fetchone()
                                      for name in ("user_version", "application_id"))  # fmt: skip
        if application != APPLICATION_ID:
            raise Problem(f"{self.path} cannot be resumed", "it is no campaign's store", HINT)
        if version != FORMAT_VERSION:
            cause = f"its format has version {version}, this siteproof reads version {FORMAT_VERSION}"
            raise Problem(f"{self.path} cannot be resumed", cause, HINT)
        known = dict(self._db.execute("SELECT key, value FROM meta"))
        other = [f"{key} {known.get(key, 'unknown')}, not {value}" for key, value in identity.items()
                 if known.get(key) != value]  # fmt: skip
        if other:
            raise Problem(f"{self.path} cannot be resumed", f"it is a campaign with {'; '.join(other)}", HINT)

    # -- writing ------------------------------------------------------------------------------------------------------

    def keep(self, walked: Walked) -> None:
        """A walk of the round that goes on."""
        with _explained(self.path), self._db:
            self._db.execute("INSERT OR REPLACE INTO pending VALUES (?, ?)", (walked.number, _text(_slim(walked))))

    def round_over(self, tally: Tally, before: int) -> None:
        """The round is complete: the tally stands for its walks; what was kept before walk `before` stands already."""
        with _explained(self.path), self._db:
            rows = ((str(cell), count.executions, count.first) for cell, count in tally.cells.items())
            self._db.executemany("INSERT OR REPLACE INTO cells VALUES (?, ?, ?)", rows)
            kept = ((each.number, _text(lined(each))) for each in tally.kept if each.number >= before)
            self._db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", kept)
            self._db.execute("DELETE FROM groups")
            groups = ((place, _text(brief(group))) for place, group in enumerate(tally.groups.values()))
            self._db.executemany("INSERT INTO groups VALUES (?, ?)", groups)
            sample = tally.samples[-1]
            row = (sample.executions, sample.seconds, sample.cells, sample.groups)
            self._db.execute("INSERT INTO samples VALUES (?, ?, ?, ?)", row)
            counts = (("executions", str(tally.executions)), ("steps", str(tally.steps)))
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", counts)
            self._db.execute("DELETE FROM pending")

    def close(self) -> None:
        """Everything stays in one file."""
        self._db.close()

    # -- reading ------------------------------------------------------------------------------------------------------

    def tally(self, known: Mapping[str, str]) -> Tally:
        """What is known of all complete rounds."""
        with _explained(self.path):
            meta = dict(self._db.execute("SELECT key, value FROM meta"))
            cells = {read_cell(cell): Count(times, first) for cell, times, first
                     in self._db.execute("SELECT cell, executions, first FROM cells")}  # fmt: skip
            kept = [read_kept(text) for (text,) in self._db.execute("SELECT walk FROM kept ORDER BY number")]
            groups = [_as(FindingGroup, text) for (text,) in self._db.execute("SELECT said FROM groups ORDER BY place")]
            samples = [Sample(*row) for row in self._db.execute("SELECT * FROM samples ORDER BY executions")]
            named = {group.fingerprint: _known(group, known) for group in groups}
            executions, steps = (int(meta.get(key, "0")) for key in ("executions", "steps"))
        return Tally(known, executions, steps, cells, kept, named, samples)

    def pending(self) -> dict[int, Walked]:
        """The walks of a round that was not completed, by number."""
        with _explained(self.path):
            rows = self._db.execute("SELECT number, walked FROM pending ORDER BY number").fetchall()
            return {number: _as(Walked, text) for number, text in rows}


def _known(group: FindingGroup, known: Mapping[str, str]) -> FindingGroup:
    return evolve(group, known=known.get(group.fingerprint, ""))


def _slim(walked: Walked) -> Any:
    return {**brief(walked), "history": []}


def lined(kept: Kept) -> Any:
    """A walk of the corpus as plain JSON values."""
    return {**brief(kept), "cells": [str(cell) for cell in kept.cells]}


def read_kept(text: str | bytes) -> Kept:
    """The walk in its JSON text; ValueError, KeyError or msgspec's error when it is none."""
    document = msgspec.json.decode(text)
    cells: list[CoverageCell] = [read_cell(line) for line in document.pop("cells")]
    found = msgspec.convert(document, Kept)
    return Kept(found.number, found.scenario, found.actions, tuple(cells))


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _as(kind: type[T], text: str) -> T:
    return msgspec.json.decode(text, type=kind)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What SQLite or a reader says of a damaged file, or a device that gives no more, as a Problem."""
    try:
        yield
    except sqlite3.OperationalError as error:
        hint = "check the place and its room; what was written before is kept"
        raise Problem(f"the store {path} cannot be used", str(error), hint, ExitCode.CANNOT_JUDGE) from error
    except (sqlite3.DatabaseError, msgspec.DecodeError, KeyError, ValueError, TypeError) as error:
        raise Problem(f"the store {path} is damaged", str(error), f"{HINT}; damaged files are never mended") from error
