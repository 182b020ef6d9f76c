"""`siteproof fuzz crashes`: every state that a loss of power may leave of the reference, and each barrier taken away.

Rule: what is printed depends on the bounds and the seed alone.
"""

import click

from siteproof import __version__
from siteproof.cli.fuzz_options import Seed, seed_option
from siteproof.cli.options import format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.fuzz.crashes.barriers import places
from siteproof.fuzz.crashes.disk import CrashBounds
from siteproof.fuzz.crashes.enumeration import REPLICA, SOURCE, Enumeration, at_least, without
from siteproof.fuzz.crashes.redundant import REDUNDANT
from siteproof.model.nouns.problem import ExitCode

WIDTH = 44


@click.command()
@click.option("--states", type=whole(2, 100_000), default=32, show_default=True, help="Of one moment at most.")
@click.option("--second", type=whole(0, 100_000), default=0, show_default=True,
              help="Go on from one of so many distinct states, to a second loss of power; 0: from none.")  # fmt: skip
@click.option(
    "--distinct", type=whole(1, 100_000_000), help="Life after life, until so many distinct states are judged."
)
@click.option("--barriers", is_flag=True, help="Take the barriers of each place away, and look who misses them.")
@seed_option
@format_option("text")
def crashes(states: int, second: int, distinct: int | None, barriers: bool, seed: Seed) -> int:
    """Lose power behind every effect of a replica's life, and judge what is left."""
    bounds = CrashBounds(states, seed.number)
    more = f" · second loss from one of {second}" if second else ""
    click.echo(f"siteproof {__version__} · fuzz crashes · seed {seed} · at most {states} states of a moment{more}")
    found = _lived(bounds, second, distinct)
    click.echo(
        f"{found.moments:,} moments, {found.whole:,} of them with every state · {found.made:,} states made, "
        f"{found.met_again:,} of them judged before, {found.distinct:,} distinct ones judged · {len(found.lost)} wrong"
    )
    for each in found.lost[:20]:
        click.echo(f"  WRONG {each}")
    missed = _without_each(bounds) if barriers else True
    return ExitCode.OK if missed and not found.lost else ExitCode.VIOLATION


def _lived(bounds: CrashBounds, second: int, distinct: int | None) -> Enumeration:
    """One life, or as many as it takes."""
    seen: list[Enumeration] = []
    with beating(lambda seconds: f"{seen[-1].distinct if seen else 0:,} distinct states judged in {seconds:.0f} s"):
        if distinct is not None:
            return at_least(distinct, bounds, second, lambda found: seen.__setitem__(slice(None), [found]))
        seen.append(Enumeration(bounds, stop_at_first=False, second=second))
        return seen[-1].run(SOURCE).run(REPLICA)


def _without_each(bounds: CrashBounds) -> bool:
    """A line for each place; whether every one that is not called redundant is missed."""
    fine = True
    for place in places():
        with beating(lambda seconds: f"without one barrier for {seconds:.0f} s"):
            lost = without(place, bounds).lost
        excuse = REDUNDANT.get(str(place))
        said = str(lost[0]) if lost else f"redundant: {excuse}" if excuse else "NOBODY MISSES IT"
        click.echo(f"  without {place!s:<{WIDTH}} {said}")
        fine = fine and bool(lost or excuse)
    return fine
