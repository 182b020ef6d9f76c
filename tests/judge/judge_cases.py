"""Cases of the judge's own tests: one for each way in which a case can end."""

from collections.abc import Callable

from siteproof.conformance import verify
from siteproof.conformance.case import Case, Level
from siteproof.conformance.lab import Lab
from siteproof.model.nouns.subject import Capability


def case_of(
    function: Callable[[Lab], None],
    requires: tuple[str, ...] = ("SP-RES-1",),
    level: Level = Level.MUST,
    needs: tuple[Capability, ...] = (),
) -> Case:
    """A case that is in no register."""
    name = f"T-{function.__name__}".replace("_", "-")
    return Case(name, f"Case {name}.", requires, level, needs, "test", on_bytes=False, function=function)


def protects(lab: Lab) -> None:
    """Passes on anything that can be enabled."""
    machine = lab.protected_machine("64 KiB")
    verify.equal(lab.observe(machine).machine, machine.name, "the machine")


def writes(lab: Lab) -> None:
    """Passes on anything that can be written to."""
    machine = lab.machine("64 KiB")
    lab.write(machine, 3)
    verify.equal(len(lab.read(machine).disks), len(machine.spec.disks), "disks")


def fails(lab: Lab) -> None:
    """Fails on everything."""
    lab.machine("64 KiB")
    verify.equal(1, 2, "the number")


def sees_nothing(lab: Lab) -> None:
    """Ends without having looked at anything."""
    lab.machine("64 KiB")


def is_lax(lab: Lab) -> None:
    """Finds a SHOULD not kept."""
    lab.machine("64 KiB")
    verify.should(holds=False, reason="not to the letter")


def is_broken(lab: Lab) -> None:
    """Has a defect of its own."""
    lab.machine("64 KiB")
    lab.trace[99].text.upper()
