"""All providers by name, and which of them an instance type belongs to."""

import functools
from collections.abc import Iterable

from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.a2a import A2A
from siteproof.model.spec.providers.hyperv import HYPERV
from siteproof.model.spec.providers.provider import ProviderData
from siteproof.model.spec.providers.vmware_classic import VMWARE_CLASSIC
from siteproof.model.spec.providers.vmware_modernized import VMWARE_MODERNIZED

PROVIDERS: dict[ReplicationProvider, ProviderData] = {
    each.name: each for each in (VMWARE_MODERNIZED, A2A, HYPERV, VMWARE_CLASSIC)
}
SEED = VMWARE_MODERNIZED
"""The provider whose table is the seed's."""


@functools.lru_cache(maxsize=1024)
def provider_of_type(instance_type: str) -> ProviderData | None:
    """The provider to which an instance type of an export belongs, whatever its case; None for an unknown one."""
    wanted = instance_type.casefold()
    return next((each for each in PROVIDERS.values() if wanted in _types(each)), None)


def profile_of(provider: ReplicationProvider) -> Profile:
    """The profile under which the provider's table is read; the seed's own one is the core profile."""
    data = PROVIDERS[provider]
    if data is SEED:
        return CORE
    return Profile(
        name=provider.value, claims_seed=False, reprotect_requires_commit=data.commit_first, provider=provider
    )


def _types(data: ProviderData) -> Iterable[str]:
    return {each.casefold() for each in (*data.types, *data.back)}
