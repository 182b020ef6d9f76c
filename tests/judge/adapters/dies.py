"""Passes the smoke and dies at the first write, in the middle of a line."""

# ruff: noqa: D102  (the methods are documented by the contract)

import os
import sys

from siteproof.conformance.carriers.serving import protocol_streams, serve
from siteproof.model.nouns.subject import DiskAddress, Write
from tests.judge.adapters.tiny import Tiny

requests, replies = protocol_streams()


class Dies(Tiny):
    """Everything else is as it should be."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        del address, writes
        sys.stderr.write("out of cheese\n")
        sys.stderr.flush()
        replies.write(b'{"id": 7, "o')
        replies.flush()
        os._exit(7)


serve(Dies(), requests, replies)
