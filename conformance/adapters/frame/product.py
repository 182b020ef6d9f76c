"""What a product does for one machine, as the frame asks for it.

Rule: every method is the product's own doing, and whatever it cannot do is `ProductTrouble`; regions, schedules and
names of points are the frame's.
"""

from abc import ABC, abstractmethod
from pathlib import Path

from siteproof.model.nouns.subject import Unsupported
from siteproof.model.nouns.vocabulary import Place


class ProductTrouble(Exception):  # noqa: N818  (a job that fails is an outcome, not a defect of the program)
    """A job of the product failed; the message tells how."""


class ForeignProduct(ABC):
    """One machine's disks at both sites; disks are numbers, points are names that the frame gives once."""

    instant_ms: int = 0  # the scenario's time of the next mark; the frame says it before it asks for one
    marks_each_point: bool = False  # whether points of one and the same state are still kept one by one
    prunes: bool = False  # whether `prune` is there: the product decides which points stay
    resynchronises: bool = False  # whether `resynchronise` is there, so that a cut may demand it

    @property
    @abstractmethod
    def bytes_sent(self) -> int:
        """Bytes that left for the other side since the machine was made, this moment's chatter included."""

    @property
    @abstractmethod
    def link_up(self) -> bool:
        """Whether anything can travel."""

    @abstractmethod
    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """Write; acknowledged on return."""

    @abstractmethod
    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """Make a range read as zeros."""

    @abstractmethod
    def flush(self, place: Place, disk: int) -> None:
        """A write barrier."""

    @abstractmethod
    def dump(self, place: Place, disk: int) -> Path:
        """A raw copy of the present bytes."""

    @abstractmethod
    def enable(self, disks: tuple[int, ...]) -> None:
        """Start to replicate these disks and wait for the initial copy."""

    @abstractmethod
    def ship(self) -> None:
        """Everything that was written to the running side by now is at the other one on return."""

    @abstractmethod
    def mark(self, point: str, *, running: bool) -> None:
        """Keep this instant of all disks: of what replicates and is shipped, or of the side that is `running`."""

    @abstractmethod
    def drop(self, point: str) -> None:
        """Forget a point."""

    @abstractmethod
    def restore(self, point: str, disk: int) -> Path:
        """A raw copy of a disk at a point."""

    @abstractmethod
    def forget(self) -> None:
        """End the replication; the side that runs stays."""

    @abstractmethod
    def cut(self) -> None:
        """Nothing travels between the sites."""

    @abstractmethod
    def heal(self) -> None:
        """The link is back."""

    @abstractmethod
    def crash_target(self) -> None:
        """The replication service of the receiving side dies at once; it is started again by `revive`."""

    def revive(self) -> None:  # noqa: B027  (most products start again by themselves)
        """Start what died, from the thread that owns it; harmless when nothing did."""

    def prune(self, now_ms: int) -> set[str]:
        """Let the product's retention decide; the points that are left."""
        raise Unsupported(f"prune {now_ms}: this product does not do that")

    def resynchronise(self) -> None:
        """Make the receiving side equal to the running one, whatever it holds."""
        raise Unsupported("this product does not do that")

    def start_test(self, point: str) -> None:
        """Stand up a writable copy of a point."""
        raise Unsupported(f"start_test {point}: this product does not do that")

    def end_test(self) -> None:
        """Delete that copy."""
        raise Unsupported("this product does not do that")

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """Run at the recovery site, from what has arrived or from a point; `reachable`: the source can be asked."""
        raise Unsupported(f"fail_over {point} {reachable}: this product does not do that")

    def change_point(self, point: str) -> None:
        """Run at the recovery site from another point."""
        raise Unsupported(f"change_point {point}: this product does not do that")

    def turn_round(self) -> None:
        """Replicate from the side that runs to the other one, until both are equal."""
        raise Unsupported("this product does not do that")

    def copy_round(self) -> None:
        """As `turn_round`, to a place where nothing is yet: a product that copies differences only has to say how."""
        self.turn_round()

    def fail_back(self) -> None:
        """Run at the other side, with everything."""
        raise Unsupported("this product does not do that")
