"""A wrong design that must fail: what it changes, which claim it breaks, and where it happened."""

from attrs import frozen

from siteproof.model.language import Spec


@frozen(eq=False)
class WrongDesign:
    """`spec` differs from the one called `right` in a single action; `breaks` names the claim that has to notice.

    `bug_class` is one of domain §7, or empty where that list has none.
    """

    spec: Spec
    breaks: str
    bug_class: str
    happened_in: str
    right: str = "replication"
