"""Where a rule or a requirement comes from: the tag that it carries into the generated specification (domain)."""

from enum import StrEnum


class Evidence(StrEnum):
    """How strong the ground is on which a statement stands."""

    SEED = "S"  # the seed document
    DOCUMENTATION = "D"  # public documentation of the service
    API = "A"  # public API: enum, field, recorded response
    OBSERVED = "O"  # public sources of comparable systems
    PROJECT = "P"  # the sources are silent; we choose, and the choice is a profile parameter
