"""Azurite as a Subject: a store whose snapshots and copies an appliance would rest on.

Rule: snapshots, and the copies that the store makes of them, are claimed for the product; everything that moves bytes
towards it or decides when is the adapter's. The server stays over a `reset`, its containers do not.
"""

import contextlib
import itertools
import shutil
from pathlib import Path

from siteproof.conformance.adapters.azurite import server
from siteproof.conformance.adapters.azurite.machine import AzuriteMachine, Copying
from siteproof.conformance.adapters.azurite.server import AzuriteServer
from siteproof.conformance.adapters.azurite.store import VERSION
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.conformance.adapters.frame.subject import FrameSubject
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, During, Provider

# fmt: off
CAPABILITIES: dict[Capability, Provider] = {
    Capability.INITIAL_REPLICATION: Provider.ADAPTER,  # Put Page of everything that is no zero
    Capability.DELTA:               Provider.ADAPTER,  # Put Page, Clear Pages
    Capability.CRASH_POINTS:        Provider.PRODUCT,  # Snapshot Blob; the adapter names the instants
    Capability.OLDER_POINTS:        Provider.PRODUCT,
    Capability.DISCARD:             Provider.PRODUCT,  # Clear Pages
    Capability.TEST_FAILOVER:       Provider.PRODUCT,  # Copy Blob of a snapshot
    Capability.FAILOVER:            Provider.ADAPTER,
    Capability.CHANGE_POINT:        Provider.ADAPTER,
    Capability.COMMIT:              Provider.ADAPTER,
    Capability.MIGRATION:           Provider.ADAPTER,
    Capability.TOTAL_ORDER:         Provider.ADAPTER,  # a shipment counts when it is sealed by snapshots
    Capability.LIFECYCLE:           Provider.ADAPTER,
    Capability.WATERMARKS:          Provider.ADAPTER,
    Capability.BYTE_COUNTS:         Provider.ADAPTER,
    Capability.VIRTUAL_CLOCK:       Provider.ADAPTER,
    Capability.LINK_FAULTS:         Provider.ADAPTER,
    Capability.TARGET_FAULTS:       Provider.ADAPTER,  # the store is killed and started again
    Capability.DURING:              Provider.ADAPTER,
}
# fmt: on
SLOW_BYTES = 2_000_000  # per second, while something is to happen at a number of bytes
RESETS_MAX = 40  # what was deleted is not given back at once; now and then everything is made anew


def copy_blob() -> "AzuriteSubject":
    """Drills and failovers by the store's own copy; Problem (exit 3) when Azurite is missing."""
    return AzuriteSubject(Copying.COPY_BLOB)


def read_and_put() -> "AzuriteSubject":
    """Drills and failovers from what was read and put again; Problem (exit 3) when Azurite is missing."""
    return AzuriteSubject(Copying.READ_AND_PUT)


class AzuriteSubject(FrameSubject):
    """One store for all machines."""

    def __init__(self, copying: Copying) -> None:
        """Nothing is started before `reset`."""
        super().__init__()
        self._version = server.version()
        self._copying = copying
        self._server: AzuriteServer | None = None
        self._containers = itertools.count(1)
        self._container = ""
        self._resets = 0

    def describe(self) -> Description:
        """See FrameSubject."""
        parameters = {"azurite": self._version, "copies": self._copying.value, "service_version": VERSION}
        offers = CAPABILITIES
        if self._copying is Copying.READ_AND_PUT:
            offers = CAPABILITIES | {Capability.TEST_FAILOVER: Provider.ADAPTER}
        name = f"Azurite, copies by {self._copying.value.replace('_', ' ')}"
        return Description(name, self._version, offers, parameters=parameters, ours=True)

    def begin(self, scenario: Scenario) -> None:
        """See FrameSubject."""
        del scenario
        self._resets += 1
        if self._server is None or self._resets > RESETS_MAX:
            self.end()
            self._server = AzuriteServer()
        self._server.link.rate_bytes = 0
        self._server.link.heal()
        self._server.revive()
        self._forget_container()
        self._container = f"disks{next(self._containers)}"
        self._server.store(self._container, by_link=False).make_container()
        (self._server.folder / self._container).mkdir()

    def make(self, index: int, spec: MachineSpec) -> ForeignProduct:
        """See FrameSubject."""
        assert self._server is not None, "begin has been called"
        return AzuriteMachine(self._server, self._container, self._files / f"m{index}", spec.disks, self._copying)

    def arrange(self, during: tuple[During, ...]) -> None:
        """See FrameSubject; what is to be struck at a number of bytes travels at a rate at which it can be."""
        if self._server is not None:
            slow = any(each.after_bytes is not None for each in during)
            self._server.link.rate_bytes = SLOW_BYTES if slow else 0
        super().arrange(during)

    def end(self) -> None:
        """See FrameSubject."""
        self._resets = 0
        self._container = ""
        if self._server is not None:
            self._server.close()
        self._server = None

    @property
    def _files(self) -> Path:
        assert self._server is not None, "begin has been called"
        return self._server.folder / self._container

    def _forget_container(self) -> None:
        if self._container and self._server is not None:
            with contextlib.suppress(ProductTrouble):  # a store that was killed may not know of it
                self._server.store(self._container, by_link=False).drop_container()
            shutil.rmtree(self._files, ignore_errors=True)
