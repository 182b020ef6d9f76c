"""Prints to stdout whatever it does; the protocol must not suffer."""

# ruff: noqa: D102, T201  (the methods are documented by the contract; printing is what it is for)

import os

from siteproof.conformance.carriers.serving import protocol_streams, serve
from siteproof.model.nouns.subject import DiskAddress, Write
from tests.judge.adapters.tiny import Tiny


class Noisy(Tiny):
    """Everything else is as it should be."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        print("writing", len(writes))
        os.write(1, b"and past python's buffer too\n")
        super().write(address, writes)


serve(Noisy(), *protocol_streams())
