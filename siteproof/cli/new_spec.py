"""`siteproof new spec`: a specification of one's own to begin with, small enough to be read at once.

Rule: what is written runs as it stands, in at most 40 lines, and has one mistake that its first exploration finds.
"""

import keyword
from pathlib import Path

import click

from siteproof.cli.files import write_files
from siteproof.cli.options import format_option
from siteproof.model.nouns.problem import Problem

TEMPLATE = '''\
"""Two sites count together: the first one counts, the second keeps a copy and counts for it after a failover."""
from siteproof.model.language import Bool, Bounds, Component, Int, Part, Step, action, always, bound, given, spec_of

class Sites(Component):
    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.most = bound(bounds, "most")
        self.here = self.number(to=self.most)  # what the first site has counted
        self.there = self.number(to=self.most)  # what the second site has of it
        self.told = self.number(to=self.most)  # the highest number that the user was told
        self.moved = self.flag()  # the first site is lost, the second one runs

def seen(s: Sites) -> Int:
    return s.moved.if_else(s.there, s.here)

@action("CNT-1")
def count(s: Sites) -> Step:
    """The first site counts."""
    return given(~s.moved, s.here < s.most).then(s.here.becomes(s.here + 1))

@action("CNT-2")
def tell(s: Sites) -> Step:
    """The user is told what the running site has counted."""
    return given(s.told < seen(s)).then(s.told.becomes(seen(s)))

@action("CNT-3")
def copy(s: Sites) -> Step:
    """One more number arrives at the second site."""
    return given(~s.moved, s.there < s.here).then(s.there.becomes(s.there + 1))

@action("CNT-4")
def fail_over(s: Sites) -> Step:
    """The first site is lost, and the second one runs with what it has."""
    return given(~s.moved).then(s.moved.becomes(True))

@always("CNT-5", why="a number that the user was told would be given out again")
def what_was_told_is_kept(s: Sites) -> Bool:
    return s.told <= seen(s)

SPEC = spec_of(__name__, "@NAME@", __doc__, (Part(Sites, Sites),), {"most": 3})
'''


@click.command("spec")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), help="Folder.  [default: this one]")
@format_option("text")
def spec(name: str, out: Path) -> int:
    """Write NAME.py: two sites that count together, with a mistake to find, and say what to do with it."""
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
        raise Problem(f"`{name}` is no name of a module", "Python has to import it", "write for example my_counter")
    if (out / f"{name}.py").exists():
        raise Problem(f"{out / f'{name}.py'} is there already", "nothing is overwritten", "take another name, or --out")
    write_files({f"{name}.py": TEMPLATE.replace("@NAME@", name)}, out)
    click.echo(f"wrote {out / f'{name}.py'}: two sites that count together, with one mistake for you to find")
    if out != Path():
        click.echo(f"next: cd {out}")
    for step in (f"explore {name}:SPEC", f"explore {name}:SPEC --web", f"prove {name}:SPEC --for-all most"):
        click.echo(f"next: siteproof {step}")
    return 0
