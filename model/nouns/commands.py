"""Commands of the lifecycle and their answers (domain §1; seed: Failover and failback process)."""

from attrs import frozen

from siteproof.model.nouns.errors import CATALOGUE, ErrorCode
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.vocabulary import Consistency, Location, Selection, Verb


@frozen
class Command:
    """One command for one machine; fields that a verb does not use keep their defaults.

    enable: policy (None: the default one is created), disks (empty: all), group. test_failover, fail_over and
    change_recovery_point: selection, and point when it is `custom`. fail_over: shutdown asks for a best-effort
    shutdown of the source first. fail_back: consistency. reprotect: location. disable: force when the source is gone.
    """

    verb: Verb
    machine: str
    selection: Selection = Selection.LATEST
    point: str = ""
    policy: ReplicationPolicy | None = None
    disks: tuple[str, ...] = ()
    group: str = ""
    shutdown: bool = True
    location: Location = Location.ORIGINAL
    consistency: Consistency = Consistency.CRASH
    force: bool = False


@frozen
class Accepted:
    """The command runs as job `job`; it has ended by the time `settle` returns."""

    job: str


@frozen
class Refusal:
    """The command was refused with a named error; nothing has changed."""

    code: ErrorCode
    detail: str = ""

    @property
    def message(self) -> str:
        """The catalogue's sentence, with the detail of this case."""
        return f"{CATALOGUE[self.code].message}{': ' if self.detail else ''}{self.detail}"


Answer = Accepted | Refusal
