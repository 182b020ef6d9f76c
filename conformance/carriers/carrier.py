"""A carrier: the Subject contract on top of one function, `call`, which says how a call travels.

Rule: whatever comes back is checked for its type here, so that no case ever sees an answer of another shape.
"""

from abc import ABC, abstractmethod
from typing import Any, TypeVar

from attrs import evolve

from siteproof.conformance.carriers.broken import SubjectFailed
from siteproof.conformance.carriers.inline import filled, filled_during
from siteproof.model.nouns.administration import AdminCommand
from siteproof.model.nouns.appliances import ApplianceEvent, ApplianceView
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.frames import TappedFrame
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.plans import PlanCommand, PlanObservation, SavedPlan
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import SINCE, DataMode, Description, DiskAddress, During, Fault, Image, Write

T = TypeVar("T")


class Carrier(ABC):
    """A subject in the judge's hand, which it can let go of however badly the subject behaves."""

    doing: str = ""  # the call that has not come back yet
    data: DataMode = DataMode.STAMPS  # as the subject asked for it in its last description
    process: int = 0  # in which it runs, when that is not the judge's own

    @abstractmethod
    def call(self, op: str, *arguments: Any) -> Any:
        """Carry one call; Refused, Unsupported, SubjectFailed or CarrierBroken when there is no answer."""

    @abstractmethod
    def abandon(self) -> None:
        """Let go at once, from any thread, without asking the subject; safe to call twice."""

    def flood(self) -> str:
        """What the subject pours out instead of answering the present call; empty when it is only silent."""
        return ""

    def describe(self) -> Description:
        """See Subject."""
        said = spoken(self._ask(Description, "describe"))
        self.data = said.data
        return said

    def reset(self, scenario: Scenario) -> None:
        """See Subject."""
        self.call("reset", scenario)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """See Subject."""
        self.call("write", address, filled(writes) if self.data is DataMode.INLINE else writes)

    def flush(self, address: DiskAddress) -> None:
        """See Subject."""
        self.call("flush", address)

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """See Subject."""
        self.call("discard", address, block, blocks)

    def read(self, address: DiskAddress) -> Image:
        """See Subject."""
        return self._ask(Image, "read", address)

    def do(self, command: Command) -> Answer:
        """See Subject."""
        return self._answered("do", command)

    def do_group(self, command: GroupCommand) -> Answer:
        """See Grouping."""
        return self._answered("do_group", command)

    def administer(self, command: AdminCommand) -> Answer:
        """See Administering."""
        return self._answered("administer", command)

    def observe_appliances(self) -> tuple[ApplianceView, ...]:
        """See Serving."""
        views: tuple[ApplianceView, ...] = self._ask(tuple, "observe_appliances")
        if not all(isinstance(view, ApplianceView) for view in views):
            raise SubjectFailed("observe_appliances", "it answered something that is not an ApplianceView")
        return views

    def appliance_event(self, event: ApplianceEvent) -> None:
        """See Serving."""
        self.call("appliance_event", event)

    def tap(self, machine: str) -> tuple[TappedFrame, ...]:
        """See Tapping."""
        heard: tuple[TappedFrame, ...] = self._ask(tuple, "tap", machine)
        if not all(isinstance(each, TappedFrame) for each in heard):
            raise SubjectFailed("tap", "it answered something that is not a TappedFrame")
        return heard

    def inject(self, machine: str, disk: str, sealed: bytes) -> bool:
        """See Tapping."""
        return self._ask(bool, "inject", machine, disk, sealed)

    def save_plan(self, plan: SavedPlan) -> Answer:
        """See Planning."""
        return self._answered("save_plan", plan)

    def run_plan(self, command: PlanCommand) -> Answer:
        """See Planning."""
        return self._answered("run_plan", command)

    def answer_prompt(self, plan: str) -> Answer:
        """See Planning."""
        return self._answered("answer_prompt", plan)

    def observe_plan(self, plan: str) -> PlanObservation:
        """See Planning."""
        return self._ask(PlanObservation, "observe_plan", plan)

    def _answered(self, op: str, command: object) -> Answer:
        answer = self.call(op, command)
        if not isinstance(answer, Accepted | Refusal):
            raise SubjectFailed(op, f"it answered {type(answer).__name__}, not Accepted or Refusal")
        return answer

    def observe(self, machine: str) -> Observation:
        """See Subject."""
        return self._ask(Observation, "observe", machine)

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """See Subject."""
        images: tuple[Image, ...] = self._ask(tuple, "restore", machine, point)
        if not all(isinstance(image, Image) for image in images):
            raise SubjectFailed("restore", "it answered something that is not an Image")
        return images

    def fault(self, fault: Fault) -> None:
        """See Subject."""
        self.call("fault", fault)

    def advance(self, milliseconds: int) -> None:
        """See Subject."""
        self.call("advance", milliseconds)

    def arrange(self, during: tuple[During, ...]) -> None:
        """See Arranging."""
        self.call("arrange", filled_during(during) if self.data is DataMode.INLINE else during)

    def settle(self) -> None:
        """See Subject."""
        self.call("settle")

    def close(self) -> None:
        """See Subject."""
        self.call("close")

    def _ask(self, kind: type[T], op: str, *arguments: Any) -> T:
        answer = self.call(op, *arguments)
        if not isinstance(answer, kind):
            raise SubjectFailed(op, f"it answered {type(answer).__name__}, not {kind.__name__}")
        return answer


def spoken(said: Description) -> Description:
    """The description without capabilities that its version of the contract cannot ask for: nobody promised them."""
    there = {each: who for each, who in said.capabilities.items() if SINCE.get(each, 1) <= said.contract}
    return said if len(there) == len(said.capabilities) else evolve(said, capabilities=there)
