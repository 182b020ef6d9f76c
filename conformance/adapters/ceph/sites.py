"""Both sites, peers of each other, with everything that has to be released. Rule: releasing twice is harmless."""

from collections.abc import Mapping

from siteproof.conformance.adapters.ceph import settings
from siteproof.conformance.adapters.ceph.binding import rbd
from siteproof.conformance.adapters.ceph.network import Network, address
from siteproof.conformance.adapters.ceph.site import CephSite
from siteproof.conformance.adapters.frame.scratch import ScratchFolder


class CephSites:
    """Site `a` is where machines are at home, `b` the recovery site."""

    def __init__(self, further: Mapping[str, str]) -> None:
        """Start both clusters and mirror daemons with these options more: one to six seconds."""
        self._scratch = ScratchFolder("siteproof-ceph-", in_memory=True)
        self.folder = self._scratch.path
        self.network = Network()
        self.a, self.b = (CephSite(self.network, name, self.folder, further) for name in "ab")
        for site in (self.a, self.b):
            site.open()
            rbd().RBD().pool_init(site.io, True)
        for site, other in ((self.a, self.b), (self.b, self.a)):
            site.know(other)
            self._pair(site, other)
        self.revive()

    def revive(self) -> None:
        """Start each mirror daemon that does not run."""
        for site in (self.a, self.b):
            site.start_mirror()

    def close(self) -> None:
        """End every daemon and delete the folder."""
        for site in (self.a, self.b):
            site.close()
        self.network.close()
        self._scratch.release()

    @staticmethod
    def _pair(site: CephSite, other: CephSite) -> None:
        api = rbd().RBD()
        api.mirror_mode_set(site.io, rbd().RBD_MIRROR_MODE_IMAGE)
        api.mirror_site_name_set(site.cluster, site.name)
        peer = api.mirror_peer_add(site.io, other.name, "client.admin")
        host = {rbd().RBD_MIRROR_PEER_ATTRIBUTE_NAME_MON_HOST: settings.mon_host(address(other.name))}
        api.mirror_peer_set_attributes(site.io, peer, host)
