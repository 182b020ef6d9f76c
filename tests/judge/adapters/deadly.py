"""Subjects that are wrong about their process: one ends it, one never lets go of it, one computes for ever."""

# ruff: noqa: D102  (the methods are documented by the contract)

import ctypes
import os
import threading
import time
from pathlib import Path

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.subject import Capability, Description, Provider
from tests.judge.adapters.tiny import Tiny

NOTES = "SITEPROOF_TEST_NOTES"


class Boastful(Tiny):
    """Declares everything, so that every case begins."""

    def describe(self) -> Description:
        return Description("boastful", "1", dict.fromkeys(Capability, Provider.PRODUCT), ours=True)


class Noted(Boastful):
    """Lives, and notes in which process: the environment names the file."""

    def __init__(self) -> None:
        super().__init__()
        with Path(os.environ[NOTES]).open("a") as notes:
            notes.write(f"{os.getpid()}\n")


class Lingers(Noted):
    """Does not end when nobody speaks to it any more."""

    def __init__(self) -> None:
        super().__init__()
        threading.Thread(target=time.sleep, args=(120,)).start()


class Exits(Boastful):
    """Ends the whole process when it is asked to enable."""

    def do(self, command: Command) -> Answer:
        del command
        os._exit(9)


class Holds(Boastful):
    """Sleeps with the interpreter's lock in its hand, so that no other thread can run."""

    def do(self, command: Command) -> Answer:
        ctypes.PyDLL(None).sleep(3600)
        return super().do(command)


class Computes(Boastful):
    """Computes for ever, in Python."""

    def do(self, command: Command) -> Answer:
        while command.machine:
            pass
        return super().do(command)
