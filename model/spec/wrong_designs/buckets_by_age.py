"""B34: buckets are counted back from now and keep their newest point, so no point ever grows old enough to stay."""

from siteproof.model.language import Bool, Step, action, as_bool, for_each, given
from siteproof.model.spec.retention import SPEC, Store, Use
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("RET-1", instant="instants")
def point_arrives(s: Store, instant: int) -> Step:
    """A point arrives; of each span of ages the newest point is kept, and pushes the others out."""
    older = range(instant)
    return given(s.now == instant).then(
        s.now.becomes(instant + 1),
        s.newest.becomes(instant + 1),
        s.points[instant].taken.becomes(True),
        s.points[instant].kept.becomes(True),
        *(s.points[i].kept.becomes(_survives(s, i, instant)) for i in older),
        *(s.points[i].use.becomes((s.points[i].use == Use.PINNED).if_else(Use.PINNED, Use.FREE)) for i in older),
    )


def _survives(s: Store, instant: int, arriving: int) -> Bool:
    age = arriving - instant
    newer = s.points[instant + 1 : instant + 1 + age % s.bucket]
    newest = for_each(newer, lambda other: ~other.kept)
    stays = as_bool(age < s.recent) | (as_bool(age < s.retention) & newest)
    return s.points[instant].kept & (stays | (s.points[instant].use == Use.PINNED))


EXHIBIT = WrongDesign(
    SPEC.but("buckets_by_age", "Thinning by age keeps the newest and collapses history.", point_arrives),
    breaks="RET-7",
    bug_class="B34",
    happened_in="simulation",
    right="retention",
)
