"""B11: retention judges points by their age alone, and prunes the one that a drill stands on."""

from siteproof.model.chapters import RETENTION
from siteproof.model.exhibits.exhibit import Exhibit
from siteproof.model.language import Bool, Step, action, as_bool, for_each, given
from siteproof.model.retention_spec import Store


@action("RET-1", instant="instants")
def point_arrives(s: Store, instant: int) -> Step:
    """A point arrives, and older ones are thinned and pruned, whoever uses them."""
    return given(s.now == instant).then(
        s.now.becomes(instant + 1),
        s.newest.becomes(instant + 1),
        s.points[instant].taken.becomes(value=True),
        s.points[instant].kept.becomes(value=True),
        *(s.points[i].kept.becomes(s.points[i].kept & _is_young(s, i, instant)) for i in range(instant)),
    )


def _is_young(s: Store, instant: int, arriving: int) -> Bool:
    age, older = arriving - instant, s.bucket_of(instant)[: instant % s.bucket]
    oldest = for_each(older, lambda other: ~other.kept)
    return as_bool(value=age < s.retention) & (as_bool(value=age < s.recent) | oldest)


EXHIBIT = Exhibit(
    RETENTION.but("pruned_in_use", "Retention prunes a point that a drill uses.", point_arrives),
    breaks="RET-5",
    bug_class="B11",
    happened_in="ceph #39155",
    right="retention",
)
