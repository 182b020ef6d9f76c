"""Striking: what one mutant does to a call for which its trigger holds.

Rule: a harm that finds nothing to take hold of leaves the call as it is, and does not count as struck.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, evolve, field

from siteproof.fuzz.mutants import reshape
from siteproof.fuzz.mutants.calls import PendingCall
from siteproof.fuzz.mutants.effects import Effects
from siteproof.fuzz.mutants.images import inline
from siteproof.fuzz.mutants.reshape import NOTHING
from siteproof.fuzz.mutants.words import CALL_HARMS, Harm, HarmSite, Mutant
from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.subject import Unsupported

INVENTED = "job-000000"  # what a subject answers that took a command and did nothing
EARLIER_MAX = 8


@define
class Striker:
    """One mutant's memory; `struck` counts how often it really did something wrong since the last reset."""

    mutant: Mutant
    struck: int = 0
    _previous: Any = NOTHING
    _earlier: list[tuple[Any, ...]] = field(factory=list)
    _waiting: list[PendingCall] = field(factory=list)

    def begin(self) -> None:
        """A new scenario: nothing has happened."""
        self.struck, self._previous = 0, NOTHING
        self._earlier.clear()
        self._waiting.clear()

    @property
    def waits(self) -> bool:
        """Whether something comes late."""
        return bool(self._waiting)

    def catch_up(self) -> None:
        """What comes late, comes now."""
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call.happen()

    def pass_by(self, call: PendingCall) -> Any:
        """The trigger does not hold: the call happens as it should, and is remembered."""
        answer = call.happen()
        return self._remembered(call, answer)

    def strike(self, call: PendingCall, swaps: Mapping[str, str]) -> Any:
        """The trigger holds."""
        if self.mutant.harm in CALL_HARMS and self.mutant.site is not HarmSite.EFFECT:
            return self._at_call()(call)
        if self.mutant.site is HarmSite.ARGUMENT:
            return self._remembered(call, self._misled(call, swaps).happen())
        if self.mutant.site is HarmSite.EFFECT:
            return self._spoiled(call, swaps)
        return self._falsified(call, swaps)

    # -- wrong values

    def _misled(self, call: PendingCall, swaps: Mapping[str, str]) -> PendingCall:
        """The call with one argument made wrong."""
        first = 1 if call.owner is not None else 0
        given = call.arguments[first:]
        wrong = self._wrong(given, swaps, call.names[first:])
        if wrong is NOTHING and self.mutant.harm is Harm.WRONG_TARGET:
            wrong = self._another(given)
        if wrong is NOTHING:
            return call
        self.struck += 1
        return evolve(call, arguments=(*call.arguments[:first], *wrong))

    def _another(self, given: tuple[Any, ...]) -> Any:
        """An argument of an earlier call in the place of this one's."""
        for earlier in self._earlier:
            others = [index for index, (a, b) in enumerate(zip(given, earlier, strict=False)) if _is_another(a, b)]
            if others:
                index = others[self.mutant.pick % len(others)]
                return (*given[:index], earlier[index], *given[index + 1 :])
        return NOTHING

    def _falsified(self, call: PendingCall, swaps: Mapping[str, str]) -> Any:
        answer = call.happen()
        if isinstance(answer, Iterator):
            return self._cut_short(answer)
        wrong = self._wrong(inline(answer), swaps)
        self._remembered(call, answer)
        if wrong is NOTHING:
            return answer
        self.struck += 1
        return wrong

    def _cut_short(self, answers: Iterator[Any]) -> Iterator[Any]:
        """The last one never comes, or everything behind the first."""
        if self.mutant.harm not in (Harm.DROP_LAST, Harm.TRUNCATE):
            return answers
        self.struck += 1
        return _without_last(answers) if self.mutant.harm is Harm.DROP_LAST else itertools.islice(answers, 1)

    def _spoiled(self, call: PendingCall, swaps: Mapping[str, str]) -> Any:
        """The call happens, and one of the attributes that it changed is wrong afterwards."""
        effects = Effects.before((*call.arguments, *call.options.values()))
        answer = call.happen()
        wrongs = [
            (change, wrong)
            for change in effects.changes()
            if (wrong := change.old if self.mutant.harm is Harm.STALE else self._wrong(change.new, swaps))
            is not NOTHING
        ]
        if wrongs:
            change, wrong = wrongs[self.mutant.pick % len(wrongs)]
            self.struck += change.make(wrong)
        return answer

    def _wrong(self, value: Any, swaps: Mapping[str, str], names: tuple[str, ...] = ()) -> Any:
        if self.mutant.harm is Harm.WRONG_TARGET:
            return reshape.renamed(value, swaps, self.mutant.pick)
        return reshape.changed(value, self.mutant.harm, self.mutant.pick, names)

    # -- wrong calls

    def _at_call(self) -> Callable[[PendingCall], Any]:
        harms: dict[Harm, Callable[[PendingCall], Any]] = {
            Harm.SKIP: self._skip,
            Harm.REPEAT: self._repeat,
            Harm.LATE: self._late,
            Harm.SWALLOW: self._swallow,
            Harm.STALE: self._stale,
        }
        return harms[self.mutant.harm]

    def _skip(self, call: PendingCall) -> Any:
        neutral = neutral_answer(call)
        if neutral is NOTHING:
            return call.happen()
        self.struck += 1
        return neutral

    def _repeat(self, call: PendingCall) -> Any:
        self.struck += 1
        first = call.happen()
        if isinstance(first, Iterator):
            return itertools.chain(first, call.happen())
        again = call.happen()
        return first if isinstance(again, Refusal) else again

    def _late(self, call: PendingCall) -> Any:
        neutral = neutral_answer(call)
        if neutral is NOTHING or call.returns_something:
            return call.happen()
        self.struck += 1
        self._waiting.append(call)
        return neutral

    def _swallow(self, call: PendingCall) -> Any:
        try:
            answer = call.happen()
        except Unsupported:
            raise
        except Exception:
            neutral = neutral_answer(call)
            if neutral is NOTHING:
                raise
            self.struck += 1
            return neutral
        if isinstance(answer, Refusal):
            self.struck += 1
            return Accepted(INVENTED)
        return answer

    def _stale(self, call: PendingCall) -> Any:
        previous = self._previous
        answer = self._remembered(call, call.happen())
        if previous is NOTHING or isinstance(answer, Iterator) or answer is None:
            return answer
        self.struck += previous is not answer
        return previous

    def _remembered(self, call: PendingCall, answer: Any) -> Any:
        if self.mutant.harm is Harm.STALE and not isinstance(answer, Iterator):
            self._previous = inline(answer)
        if self.mutant.harm is Harm.WRONG_TARGET and len(self._earlier) < EARLIER_MAX:
            self._earlier.append(call.arguments[1 if call.owner is not None else 0 :])
        return answer


def neutral_answer(call: PendingCall) -> Any:
    """What a call that did nothing answers; NOTHING when there is no such answer."""
    if call.arguments and isinstance(call.arguments[0], Command):
        return Accepted(INVENTED)
    return call.neutral


def _is_another(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one is not other and not isinstance(one, bool | int | float | bytes)


def _without_last(answers: Iterator[Any]) -> Iterator[Any]:
    held = NOTHING
    for answer in answers:
        if held is not NOTHING:
            yield held
        held = answer
