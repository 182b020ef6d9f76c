"""B27: an edit of a plan loses its actions (happened in azure-powershell, issue 12837).

The plan that is saved in place of another one is kept with its machines and without its steps.
"""

from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.version2.plans import loses_steps


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B27."""
    return loses_steps(directory, durable)
