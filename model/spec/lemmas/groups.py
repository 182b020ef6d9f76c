"""What makes the claims about groups inductive: who writes where, and what a marker stands for.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from itertools import pairwise

from siteproof.model.language import Bool, Int, always, exists, for_each
from siteproof.model.spec.groups import Group, Member, Round, failed_over, in_order


def _cut(m: Member) -> Int:
    """Where the member's stream is cut: at its marker, or where it holds."""
    return m.marked.if_else(m.marker, m.written)


@always("LEM-GRP-1", why="GRP-15: a member of the cloud would be asked to hold")
def a_round_belongs_to_production(g: Group) -> Bool:
    """The coordinator has no open round once the group runs in the cloud."""
    return failed_over(g).implies(g.round == Round.IDLE)


@always("LEM-GRP-2", why="LEM-GRP-4: members that hold are cut through these writes")
def answers_follow_their_questions(g: Group) -> Bool:
    """No member has written more answers than there are questions."""
    return in_order(tuple(m.written for m in g.members))


@always("LEM-GRP-3", why="LEM-GRP-4, GRP-12: a marker of an older round would be a cut through another moment")
def markers_belong_to_the_round(g: Group) -> Bool:
    """Nobody is marked before the coordinator calls for markers, and everybody is while they are delivered."""
    some, all_of_them = exists(g.members, lambda m: m.marked), for_each(g.members, lambda m: m.marked)
    called = g.round.is_in(Round.MARKING, Round.DELIVERING)
    return some.implies(called) & (g.round == Round.DELIVERING).implies(all_of_them)


@always("LEM-GRP-4", why="GRP-16: who let go before its marker does not mark, and all others stand at one cut")
def who_holds_or_is_marked_stands_at_the_cut(g: Group) -> Bool:
    """Of two neighbours that hold or are marked, the cut of the answering one is not ahead of the asking one."""

    def fits(pair: tuple[Member, Member]) -> Bool:
        asks, answers = pair
        both = (asks.held | asks.marked) & (answers.held | answers.marked)
        return both.implies(_cut(answers) <= _cut(asks))

    return for_each(pairwise(g.members), fits)
