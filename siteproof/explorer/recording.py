"""A failing trace, a campaign's finding or an audited machine as tracks of the lifecycle, for a page to step through.

Rule: what a step means is said by the trail that judges every history; here it is only written down, step by step, with
the shortest way of the model to the state that was shown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field

from siteproof.conformance.coverage.events import Begin, Do, Event, Passes, ShownState, state_name
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, lifecycle_map
from siteproof.conformance.coverage.trail import Deviation, Trail
from siteproof.conformance.logs.reading import FieldLog, File, logs
from siteproof.model.engines.formats.walk import walk_tables
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import Profile
from siteproof.model.spec.lifecycle.spec import lifecycle_spec

FRAMES_MAX = 20_000
"""Steps that one page shows; a whole campaign is for `siteproof coverage`."""


def recorded(files: Sequence[File], provider: str | None = None) -> dict[str, Any]:
    """Tracks of the logs in these files, by machine, with the tables of the lifecycle that they are read on.

    Problem when a file is no log, has more than FRAMES_MAX of them, or machines of several lifecycles.
    """
    found = list(logs(files, provider, 0))
    profiles = {lifecycle_map(profile).profile: profile for log in found for profile in log.profiles}
    name = ", ".join(name for name, _ in files)
    if len(profiles) != 1:
        raise Problem(f"{name} is of several providers", "a page walks one lifecycle", "name it with --provider")
    tracks = [track for log in found for track in _tracks(log)]
    _check(tracks, name)
    notes = [note for file in files for note in _notes(file)]
    return {"walk": _tables(next(iter(profiles.values()))), "name": name, "notes": notes, "tracks": tracks}


def _check(tracks: Sequence[Mapping[str, Any]], name: str) -> None:
    frames = sum(len(track["frames"]) for track in tracks)
    if frames > FRAMES_MAX:
        hint = "load a failure of it, or ask siteproof trace check"
        raise Problem(f"{name} has {frames:,} steps", f"a page shows {FRAMES_MAX:,}", hint)


def _tables(profile: Profile) -> dict[str, Any]:
    spec = lifecycle_spec(lifecycle_map(profile).profile)
    return walk_tables(spec.system({}), {}, spec.doc)


@define(eq=False)
class _Track:
    """One machine of one history, with what the trail has said so far."""

    name: str
    trail: Trail
    machine: str
    frames: list[dict[str, Any]] = field(factory=list)

    def see(self, place: str, event: ShownState | Do | Passes) -> None:
        """Follow an event; time that passes is no frame."""
        known = len(self.trail.deviations)
        self.trail.follow([(place, event)])
        if not isinstance(event, Passes):
            self.frames.append(self._frame(place, event, self.trail.deviations[known:]))

    def _frame(self, place: str, event: ShownState | Do, against: Sequence[Deviation]) -> dict[str, Any]:
        where, possible = self.trail.where, sorted(self.trail.possible(self.machine))
        allowed = sorted({verb.value for state in possible for verb in where.allowed(state)})
        return {
            "text": _said(event),
            "where": place.rpartition(" ")[2],
            "way": _way(where, possible[0]) if possible and len(possible) < len(where.states) else None,
            "allowed": allowed if len(possible) < len(where.states) else [],
            "wrong": against[0].recorded if against else "",
            "model": against[0].model if against else "",
        }

    def data(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "name": self.name,
            "wrong": any(frame["wrong"] for frame in self.frames),
            "frames": self.frames,
        }


def _tracks(log: FieldLog) -> Iterator[dict[str, Any]]:
    history, tracks = "", dict[tuple[str, str], _Track]()
    for place, event in log.events:
        if isinstance(event, Begin):
            history = event.name
        elif isinstance(event, ShownState | Do):
            key = history, event.machine
            if key not in tracks:
                name = " · ".join(filter(None, (history, event.machine or "the machine")))
                tracks[key] = _Track(name, Trail(lifecycle_map(log.profile_of(event.machine))), event.machine)
            tracks[key].see(place, event)
        elif isinstance(event, Passes):
            _pass(tracks, history, place, event)
    return (track.data() for track in tracks.values())


def _pass(tracks: Mapping[tuple[str, str], _Track], history: str, place: str, event: Event) -> None:
    assert isinstance(event, Passes)
    for (of, _), track in tracks.items():
        if of == history:
            track.see(place, event)


def _said(event: ShownState | Do) -> str:
    if isinstance(event, ShownState):
        return f"shows {state_name(event)}"
    return f"{event.verb.value} is {f'refused with {event.refused}' if event.refused else 'accepted'}"


def _way(where: LifecycleMap, state: int) -> list[int]:
    """The transitions of a shortest way to the state."""
    found: list[int] = []
    edge = where.reached_by[state]
    while edge is not None:
        found.append(edge.transition)
        edge = where.reached_by[edge.source]
    return found[::-1]


def _notes(file: File) -> Iterator[str]:
    """What a kept failure or finding says of itself."""
    try:
        document = json.loads(file[1])
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict) and document.get("kind") in {"case", "walk"}:
        for key in ("requirement", "why", "expected", "actual"):
            if isinstance(said := document.get(key), str) and said:
                yield f"{key.capitalize()}: {said[:600]}"
