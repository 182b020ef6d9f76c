"""Subjects that are wrong about their process: one ends it, one never lets go of it, one computes for ever."""

# ruff: noqa: D102  (the methods are documented by the contract)

import ctypes
import os

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.subject import Capability, Description, Provider
from tests.judge.adapters.tiny import Tiny


class Boastful(Tiny):
    """Declares everything, so that every case begins."""

    def describe(self) -> Description:
        return Description("boastful", "1", dict.fromkeys(Capability, Provider.PRODUCT), ours=True)


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
