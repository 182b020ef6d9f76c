"""The lab: what a case does with a subject. (skeleton of the settled interface; filled in the next commit)"""

from siteproof.conformance.trace import Step
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Subject


class Lab:
    """One subject under one profile; `trace` holds every call, `witnessed` the requirement ids really seen."""

    def __init__(self, subject: Subject, profile: Profile, seed: int) -> None:
        """The lab resets the subject when a case asks for machines."""
        self.subject = subject
        self.description = subject.describe()
        self.profile = profile
        self.seed = seed
        self.trace: list[Step] = []
        self.witnessed: set[str] = set()
