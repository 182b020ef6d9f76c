"""Passes the smoke and never answers a write."""

# ruff: noqa: D102  (the methods are documented by the contract)

import time

from siteproof.conformance.carriers.serving import protocol_streams, serve
from siteproof.model.nouns.subject import DiskAddress, Write
from tests.judge.adapters.tiny import Tiny


class Hangs(Tiny):
    """Everything else is as it should be."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        del address, writes
        time.sleep(3600)


serve(Hangs(), *protocol_streams())
