"""What the zoo tells of each of its members.

Rule: values only; which members there are stands in the folders' `__init__`.
"""

from attrs import frozen


@frozen
class Exhibit:
    """One appliance: what is the matter with it, where that happened, its factory, the requirements that it breaks."""

    title: str
    happened_in: str
    factory: str
    breaks: tuple[str, ...] = ()


@frozen
class Unshown:
    """A bug class that no call of the contract can show, and why."""

    title: str
    happened_in: str
    reason: str
