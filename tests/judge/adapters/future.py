"""Speaks a version of the contract that does not exist yet."""

# ruff: noqa: D102  (the methods are documented by the contract)

from attrs import evolve

from siteproof.conformance.carriers.serving import protocol_streams, serve
from siteproof.model.nouns.subject import Description
from tests.judge.adapters.tiny import Tiny


class Future(Tiny):
    """Everything else is as it should be."""

    def describe(self) -> Description:
        return evolve(super().describe(), contract=99)


serve(Future(), *protocol_streams())
