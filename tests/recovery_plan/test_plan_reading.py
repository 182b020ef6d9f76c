"""A plan file becomes a plan, or one clear problem that names the key."""

import jsonschema
import pytest

from siteproof.model.advice.recovery_plan.checks import judge
from siteproof.model.advice.recovery_plan.findings import PlanOutcome
from siteproof.model.advice.recovery_plan.plan import DurationRange, FailoverType, Moment
from siteproof.model.advice.recovery_plan.reading import parse_plan, schema
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.vocabulary import Direction

GROUP = '[[group]]\nname = "g"\n'
MACHINE = '[[group.machine]]\nname = "m"\n'


def machines(count: int, group: int = 0) -> str:
    """So many machines of one group."""
    return "".join(f'[[group.machine]]\nname = "m{group}-{number}"\n' for number in range(count))


def refused(text: str) -> Problem:
    """The problem that a file makes."""
    with pytest.raises(Problem) as caught:
        parse_plan(text.encode(), "plan.toml")
    assert caught.value.code is ExitCode.USAGE
    return caught.value


def test_everything_that_is_written_is_read() -> None:
    """Names, spans, filters, needs and defaults arrive; what is silent gets the documented defaults."""
    plan = parse_plan(
        b'name = "shop"\nrto = "2h"\n[defaults]\nboot = "7m"\n[[group]]\nname = "g"\n'
        b'[[group.machine]]\nname = "a"\nneeds = ["s"]\nfailover_timeout = "1h"\n'
        b'[[group.pre]]\nname = "s"\nkind = "script"\ntypes = ["test"]\ndirections = ["forward"]\n'
        b'[[group.post]]\nname = "p"\nkind = "prompt"\nexpected = "10m"\nmachine = "a"\n',
        "plan.toml",
    )
    (machine,) = plan.machines
    (_, script), (_, prompt) = plan.all_steps()
    assert (plan.name, plan.rto_minutes, machine.needs) == ("shop", 120, ("s",))
    assert (machine.boot, machine.failover, machine.shutdown) == (
        DurationRange(7, 7),
        DurationRange(5, 60),
        DurationRange(2, 5),
    )
    assert (script.span, script.types, script.directions) == (
        DurationRange(5, 5),
        frozenset({FailoverType.TEST}),
        frozenset({Direction.FORWARD}),
    )
    assert (prompt.span, prompt.machine, prompt.moment) == (DurationRange(10, 10), "a", Moment.POST)


def test_a_step_may_take_five_minutes_unless_the_plan_says_otherwise() -> None:
    """The default timeout is 5 minutes; the plan's default and the step's own timeout go before it."""
    step = '[[group.pre]]\nname = "s"\nkind = "script"\n'
    for head, own, expected in (("", "", 5), ('[defaults]\nstep_timeout = "9m"\n', "", 9), ("", 'timeout = "2m"\n', 2)):
        plan = parse_plan((head + GROUP + MACHINE + step + own).encode(), "plan.toml")
        assert [each.span.worst_minutes for _, each in plan.all_steps()] == [expected]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "group"),
        ("nonsense", "plan.toml is not a plan file"),
        (GROUP, "group"),
        (GROUP + MACHINE + 'boot = "7"\n', "group[1].machine[1].boot"),
        (GROUP + MACHINE + 'boot = "2d"\n', "group[1].machine[1].boot"),
        (GROUP + MACHINE + 'boto = "7m"\n', "group[1].machine[1].boto"),
        (GROUP + MACHINE + "name2 = 1\n", "group[1].machine[1].name2"),
        (GROUP + MACHINE + 'needs = ["n"]\n', "group[1].machine[1].needs"),
        (GROUP + MACHINE + '[[group.pre]]\nname = "s"\nkind = "skript"\n', "group[1].pre[1].kind"),
        (GROUP + MACHINE + '[[group.post]]\nname = "s"\nkind = "script"\nmachine = "x"\n', "group[1].post[1].machine"),
        (GROUP + MACHINE + '[[group.pre]]\nname = "s"\nkind = "script"\ntypes = []\n', "group[1].pre[1].types"),
        (GROUP + MACHINE + '[[post]]\nname = "s"\nkind = "script"\nmachine = "m"\n', "post[1].machine"),
        ('rto = "soon"\n' + GROUP + MACHINE, "rto"),
        ('selection = "custom"\n' + GROUP + MACHINE, "selection"),
        ('selection = "best"\n' + GROUP + MACHINE, "selection"),
        (GROUP + MACHINE + MACHINE, 'name = "m"'),
        ("[defaults]\nstep_timeot = '5m'\n" + GROUP + MACHINE, "defaults.step_timeot"),
    ],
)
def test_a_wrong_key_is_named(text: str, key: str) -> None:
    """The problem names the key with its place in the file, exit code 2."""
    assert key in refused(text).problem


def test_a_mistyped_key_is_answered_with_the_one_that_was_meant() -> None:
    """`boto` is answered with `boot`, an unknown machine with the nearest one."""
    assert refused(GROUP + MACHINE + 'boto = "7m"\n').hint == "did you mean boot?"
    wrong = '[[group]]\nname = "g"\n[[group.machine]]\nname = "orders-db"\nneeds = ["order-db"]\n'
    assert refused(wrong).hint == "did you mean orders-db?"


def test_a_plan_holds_at_most_100_machines_and_7_groups() -> None:
    """100 machines in 7 groups pass; 101, over whatever groups, and 8 groups are read and refuted (SP-PLN-4)."""
    full = "".join(f'[[group]]\nname = "g{n}"\n{machines(15 if n < 2 else 14, n)}' for n in range(7))
    assert len(parse_plan(full.encode(), "plan.toml").machines) == 100
    hundred = GROUP + machines(60) + GROUP + machines(40, 1)
    assert len(parse_plan(hundred.encode(), "plan.toml").machines) == 100
    eight = "".join(f'[[group]]\nname = "g{n}"\n{machines(1, n)}' for n in range(8))
    wrong = (GROUP + machines(60) + GROUP + machines(41, 1), GROUP + machines(101), eight)
    verdicts = [judge(parse_plan(text.encode(), "plan.toml")) for text in (full, *wrong)]
    found = [[each.id for each in verdict.findings if each.outcome is PlanOutcome.REFUTED] for verdict in verdicts]
    assert found == [[], *[["SP-PLN-4"]] * 3]
    assert "group[1].machine" in refused(GROUP + machines(1001)).problem


def test_the_schema_accepts_what_is_read_and_refuses_what_is_not() -> None:
    """The published schema and the reader agree on a good plan, a gate, a mistyped key and a span."""
    good = {"group": [{"name": "g", "machine": [{"name": "m", "boot": "5m"}]}]}
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(good, schema())
    jsonschema.validate({"group": [*good["group"], {"name": "gate", "machine": []}]}, schema())
    machine = {"name": "m"}
    mistakes: tuple[dict[str, object], ...] = (
        {"group": [{"name": "g", "machine": [{**machine, "boto": "5m"}]}]},
        {"group": []},
        {"group": [{"name": "g", "machine": [{**machine, "boot": "five"}]}]},
    )
    for wrong in mistakes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema())
