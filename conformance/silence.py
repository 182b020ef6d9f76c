"""Silence: machines that nothing travels from for a while, so that days of virtual time cost a few calls.

Rule: it spares time, and is no trouble under test: nobody writes meanwhile, and the links are whole again at its end.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.subject import Capability


@contextmanager
def silence(lab: Lab, *machines: Machine) -> Iterator[None]:
    """The links of these machines are down while this is open, if the subject's links can be cut at all."""
    with ExitStack() as links:
        for machine in machines if Capability.LINK_FAULTS in lab.description.capabilities else ():
            links.enter_context(lab.link_down(machine))
        yield
