"""Chooses the engine for a system: the fastest that can take it, and says why.

Rule: the choice depends on the specification, its bounds and what is installed, never on the clock.
"""

import importlib.util

from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.explorer import Explorer, Orbited, PlainExplorer, Progress, Way
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.orbits import OrbitExplorer
from siteproof.model.engines.explore.rows.explorer import RowExplorer
from siteproof.model.engines.explore.rows.integers import IntegerStore
from siteproof.model.engines.explore.rows.product import Product, product
from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError
from siteproof.model.engines.explore.rows.watch import check_claims
from siteproof.model.engines.explore.search import Limits, Search
from siteproof.model.engines.explore.symmetry import Symmetry, symmetry
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem

ENGINES = ("auto", "rows", "rows-std", "packed", "plain")
SMALL_STATES_MAX = 200_000
"""Up to here the plain search, or integers as rows, answer before NumPy and numba have been loaded."""


PROBED_STATES_MAX = 50_000
"""So many states are looked at before a product that has no room in memory is refused: it may be a sparse one."""


def explorer(
    system: System, engine: str = "auto", limits: Limits | None = None, *, up_to_symmetry: bool = False
) -> Explorer:
    """The explorer for a system; Problem when the named engine cannot take it, or memory does not suffice.

    With `up_to_symmetry` one of several equal orders of components is visited; Problem when nothing is interchangeable.
    """
    limits = limits or Limits()
    if up_to_symmetry:
        return _up_to_symmetry(system, engine, limits)
    if engine == "plain":
        return PlainExplorer(system, limits)
    if engine == "packed":
        return _packed(system, limits)
    if engine in {"rows", "rows-std"}:
        return _rows(_product(system), engine, limits)
    return _automatic(system, limits)


def orbits_of(search: Explorer) -> int | None:
    """After an exploration: the states up to the order of equal components; None when they cannot change places."""
    if isinstance(search, Growing):
        return orbits_of(search.now)
    return search.orbits() if isinstance(search, Orbited) else None


def _up_to_symmetry(system: System, engine: str, limits: Limits) -> Explorer:
    if engine not in {"auto", "packed", "plain"}:
        hint = "use --engine packed or plain, or leave the choice to auto"
        raise Problem(f"the engine `{engine}` knows no --symmetry", "rows visit every order at once", hint)
    found = symmetry(system)
    if engine == "plain":
        return OrbitExplorer(system, found, limits)
    if engine == "packed":
        return _packed(system, limits, found.told, found)
    return Growing(system, limits, found.told, found)


def _automatic(system: System, limits: Limits) -> Explorer:
    if len({variable.component for variable in system.variables}) == 1:
        return Growing(system, limits, "one component only")
    try:
        parts = _factorised(system)
    except DoesNotFactoriseError as reason:
        return Growing(system, limits, f"does not factorise: {reason}")
    if len(parts.parts) == 1:
        return Growing(system, limits, f"one component ({parts.parts[0].name}) beside the shared state")
    try:
        return _fastest(parts, limits)
    except Problem as too_large:
        return _sparse(system, parts, limits, too_large)


def _fastest(parts: Product, limits: Limits) -> Explorer:
    if _room(parts) <= SMALL_STATES_MAX:
        return _rows(parts, "rows-std", limits, "small product")
    if importlib.util.find_spec("numba") is None:
        return _rows(parts, "rows-std", limits, "numba is not installed")
    return _rows(parts, "rows", limits, f"product of {len(parts.parts)} components")


def _sparse(system: System, parts: Product, limits: Limits, too_large: Problem) -> Explorer:
    """A search that takes memory for what is reached only, when a look at the first states says that they get fewer."""
    widths: list[int] = []
    for level in (search := Search(system)):
        widths.append(level.width)
        if level.states > PROBED_STATES_MAX:
            break
    if not search.complete and not widths[-1] < max(widths[:-1]):
        raise too_large
    return Growing(system, limits, f"a product with room for {_room(parts):,} states has few that are reachable")


def _factorised(system: System) -> Product:
    """The product, of which every claim can be judged; DoesNotFactoriseError when there is none."""
    found = product(system)
    check_claims(found)
    return found


def _product(system: System) -> Product:
    try:
        return _factorised(system)
    except DoesNotFactoriseError as reason:
        hint = "use --engine packed or plain, or leave the choice to auto"
        raise Problem(f"{system.name} does not factorise", str(reason), hint) from reason


def _rows(parts: Product, engine: str, limits: Limits, reason: str = "") -> RowExplorer:
    if engine == "rows-std":
        _check_integers(parts, limits)
        return RowExplorer(parts, engine, IntegerStore, limits, reason)
    if importlib.util.find_spec("numba") is None:
        raise Problem(
            "the engine `rows` needs numba", "it is not installed", "install siteproof[fast], or use rows-std"
        )
    from siteproof.model.engines.explore.rows.layout import (  # noqa: PLC0415  (NumPy is loaded only where it is used)
        size_of,
    )
    from siteproof.model.engines.explore.rows.tensor import TensorStore  # noqa: PLC0415  (as is numba)

    size_of(parts).planes(limits.memory_bytes_max)
    return RowExplorer(parts, engine, lambda p, w: TensorStore(p, w, limits.memory_bytes_max), limits, reason)


def _check_integers(parts: Product, limits: Limits) -> None:
    """A full product needs each row twice: visited, and in some level."""
    least = _room(parts) // 8 * 2
    if least > limits.memory_bytes_max:
        problem = f"the product has room for {_room(parts):,} states, which take {least >> 20:,} MiB"
        cause = f"the search was given {limits.memory_bytes_max >> 20:,} MiB"
        raise Problem(problem, cause, "choose smaller bounds, or give it more with --memory")


def _room(parts: Product) -> int:
    room = len(parts.shared_states)
    for size in parts.sizes:
        room *= size
    return room


def _packed(system: System, limits: Limits, reason: str = "", up_to: Symmetry | None = None) -> Explorer:
    from siteproof.model.engines.explore.packed.explorer import PackedExplorer  # noqa: PLC0415  (loads NumPy)
    from siteproof.model.engines.explore.packed.orbits import PackedOrbits  # noqa: PLC0415  (as above)

    try:
        return PackedOrbits(system, up_to, limits) if up_to is not None else PackedExplorer(system, limits, reason)
    except DoesNotFactoriseError as problem:
        hint = "use --engine plain, or leave the choice to auto"
        raise Problem(f"{system.name} does not fit the engine `packed`", str(problem), hint) from problem


def _plain(system: System, limits: Limits, up_to: Symmetry | None) -> Explorer:
    return PlainExplorer(system, limits) if up_to is None else OrbitExplorer(system, up_to, limits)


class Growing:
    """The plain search while a system is small; from SMALL_STATES_MAX states on it starts again with packed words."""

    def __init__(self, system: System, limits: Limits, reason: str, up_to: Symmetry | None = None) -> None:
        """Begin with the plain search; `up_to` is the symmetry up to which states are visited, if any."""
        self._system, self._limits, self._reason, self._up_to = system, limits, reason, up_to
        small = Limits(min(limits.states_max, SMALL_STATES_MAX), limits.memory_bytes_max)
        self.now = _plain(system, small, up_to)

    @property
    def engine(self) -> str:
        """See Explorer."""
        return self.now.engine

    @property
    def reason(self) -> str:
        """See Explorer."""
        return self._reason

    @property
    def memory_bytes(self) -> int:
        """See Explorer."""
        return self.now.memory_bytes

    def explore(self, progress: Progress | None = None) -> Exploration:
        """See Explorer."""
        try:
            return self.now.explore(progress)
        except Problem as problem:
            self._grow(problem)
        return self.now.explore(progress)

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer."""
        try:
            return self.now.way_to(goal, progress)
        except Problem as problem:
            self._grow(problem)
        return self.now.way_to(goal, progress)

    def _grow(self, problem: Problem) -> None:
        """Go on with another engine when only the small search has come to its end."""
        if problem.code is not ExitCode.CANNOT_JUDGE or self._limits.states_max <= SMALL_STATES_MAX:
            raise problem
        try:
            self.now = _packed(self._system, self._limits, up_to=self._up_to)
        except Problem:
            self.now = _plain(self._system, self._limits, self._up_to)
