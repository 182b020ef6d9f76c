"""What a lab asks of whoever stages its world; the staging itself plays on the lab, so it cannot be imported there."""

from collections.abc import Mapping
from typing import Any, Protocol

from siteproof.conformance.worlds.machines import Machine
from siteproof.conformance.worlds.world import World
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Verb


class Stage(Protocol):
    """One world for one lab; `lab` is the lab that calls."""

    world: World

    def arrive(self, lab: Any, *, own_policy: bool) -> None:
        """The scenario has just been set up."""
        ...

    def asked(self, machine: Machine, verb: Verb) -> Mapping[str, Any]:
        """The fields that the world gives to a command, where the case leaves them open."""
        ...

    def enabled(self, lab: Any, machine: Machine) -> Observation:
        """The machine has become protected; what it shows in the end."""
        ...

    def wrote(self, lab: Any, machine: Machine, *, free: bool) -> None:
        """The case has written; `free`: to blocks of the world's choice."""
        ...
