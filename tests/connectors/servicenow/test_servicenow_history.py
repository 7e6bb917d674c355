"""The audit trail into the vocabulary's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servicenow_helpers import START, Instance, Tools

from connectors.servicenow.history import History, Step, in_order
from domain.fields import Field
from domain.lifecycle import State
from sandbox.server import Server


def changes(tools: Tools, instance: Instance) -> list[tuple[str, str, str]]:
    return [(c.field, c.before, c.after) for c in tools.read(instance.number).history]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"start_date": START + timedelta(days=12)},
            [("planned_start", "2026-03-12T08:00:00+00:00", "2026-03-14T08:00:00+00:00")],
        ),
        ({"u_rollout_strategy": "pull"}, [("rollout_strategy", "phased", "pull")]),
        ({"backout_plan": "Terug"}, [("fallback_plan", "", "Terug")]),
        ({"u_rollout_strategy": " Phased"}, []),
        ({"short_description": "Andere titel"}, []),
        ({"state": -4}, [("state", "draft", "assess")]),
        ({"state": -99}, [("state", "draft", "")]),
    ],
)
def test_an_entry_in_the_vocabularys_words(instance: Instance, tools: Tools, columns, told) -> None:
    instance.later(hours=3)
    instance.set("change_request", instance.change, "dirk.peeters", **columns)
    seen = tools.read(instance.number)
    assert [(c.field, c.before, c.after) for c in seen.history] == told
    assert seen.history_readable
    for change in seen.history:
        assert change.by is not None
        assert (change.by.name, change.at) == ("Dirk Peeters", START + timedelta(hours=3))


def test_people_and_groups_by_their_names(instance: Instance, tools: Tools) -> None:
    cells: tuple[tuple[str, object], ...] = (
        ("requested_by", instance.jan),
        ("u_testers", [instance.an, instance.jan]),
        ("u_testers", [instance.jan, instance.an]),  # the same people
        ("u_testers", instance.jan),
        ("assignment_group", instance.cab),
        ("watch_list", "an@example.org"),
        ("requested_by", ""),
    )
    for column, value in cells:
        instance.later(hours=1)
        instance.set("change_request", instance.change, **{column: value})
    assert changes(tools, instance) == [
        ("requester", "Dirk Peeters", "Jan Maes"),
        ("testers", "", "An Willems, Jan Maes"),
        ("testers", "Jan Maes, An Willems", "Jan Maes"),
        ("responsible_group", "Applicatiebeheer", "CAB"),
        ("stakeholders", "", "an@example.org"),
        ("requester", "Jan Maes", ""),
    ]


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        (["jan"], [("requester", "Dirk Peeters", ""), ("testers", "", "An Willems")]),
        (["jan", "dirk"], [("requester", "", ""), ("testers", "", "An Willems")]),
        (["jan", "an"], [("requester", "Dirk Peeters", ""), ("testers", "", "")]),
    ],
)
def test_people_out_of_sight_have_no_name(
    instance: Instance, tools: Tools, hidden: list[str], told: list[tuple[str, str, str]]
) -> None:
    instance.set("change_request", instance.change, requested_by=instance.jan)
    instance.later(hours=1)
    instance.set("change_request", instance.change, u_testers=[instance.an, instance.jan])
    instance.access.hidden_rows |= {getattr(instance, name) for name in hidden}
    assert changes(tools, instance) == told


@pytest.mark.parametrize(
    ("name", "column", "later", "hours"),
    [
        ("test_plan", "test_plan", ("Stap 1", "Stap 2"), 2),
        ("test_plan", "test_plan", ("Stap 1", " stap  1"), 1),
        ("testers", "u_testers", ("an,jan", "jan,an"), 1),
        ("testers", "u_testers", ("an,jan", "an"), 2),
        ("known_errors", "u_known_errors", ("", "geen"), 2),
    ],
)
def test_a_value_is_as_old_as_the_last_change_that_says_something(
    name: str, column: str, later: tuple[str, str], hours: int
) -> None:
    first = Step(column, "x", later[0], "", START + timedelta(hours=1))
    last = Step(column, *later, "", START + timedelta(hours=2))
    trail = History((first, last), created=START)
    assert trail.stamped(Field(later[1]), name, column).at == START + timedelta(hours=hours)
    changes = trail.changes({name: column}, lambda _: None, {})
    assert changes[-1].at == START + timedelta(hours=hours)


def test_what_never_changed_stands_since_the_record_was_made() -> None:
    trail = History((Step("test_plan", "", "a", "", START + timedelta(hours=1)),), created=START)
    assert trail.stamped(Field("plan"), "fallback_plan", "backout_plan").at == START
    # Of what stands on the item, the ticket's own trail tells nothing.
    assert trail.stamped(Field("x"), "supplier", "cmdb_ci.u_supplier").at is None
    assert trail.changes({"fallback_plan": "backout_plan"}, lambda _: None, {}) == ()


def test_two_numbers_of_one_state_are_no_move() -> None:
    trail = History((Step("state", "1", "2", "", START), Step("state", "2", "3", "", START)))
    states = {"1": State.DRAFT, "2": State.DRAFT, "3": State.ASSESS}
    moves = trail.changes({}, states.get, {})
    assert [(move.before, move.after) for move in moves] == [("draft", "assess")]


def test_the_people_of_many_trails_are_asked_for_together(
    instance: Instance, tools: Tools, server: Server
) -> None:
    people = [instance.add_user(f"Tester {i}") for i in range(10)]
    for person in people:
        change = instance.add_change(short_description="Wijziging")
        instance.set("change_request", change, u_testers=person)
        instance.set("change_request", change, u_testers="")
    refs = list(tools.source.census())
    tools.source.ahead(refs)
    before = server.count("GET", "sys_user")
    named = {c.after for ref in refs for c in tools.source.read(ref).history if c.field == "testers"}
    assert named == {"", *(f"Tester {i}" for i in range(10))}
    # Who the tickets name, who made the changes, and whom the trails name.
    assert server.count("GET", "sys_user") - before <= 3


def test_changes_of_one_second_stand_in_the_order_of_their_values(instance: Instance, tools: Tools) -> None:
    for i in range(16):
        instance.later(minutes=1)
        instance.set("change_request", instance.change, "dirk.peeters", test_plan=f"old {i}")
        instance.set("change_request", instance.change, "an.willems", test_plan=f"new {i}")
        seen = tools.read(instance.number)
        by = seen.field("test_plan").by
        assert by is not None
        assert by.name == "An Willems"
    plans = [value for i in range(16) for value in (f"old {i}", f"new {i}")]
    assert [(c.before, c.after) for c in seen.history] == list(zip(["", *plans], plans, strict=False))


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        # Values chain, in whatever order the rows come.
        ([("b", "c", 0), ("a", "b", 0)], ["b", "c"]),
        ([("b", "a", 0), ("a", "b", 0), ("a", "c", 0)], ["b", "a", "c"]),
        ([("c", "b", 0), ("a", "c", 0), ("b", "d", 0)], ["c", "b", "d"]),
        # A ring has no beginning of its own: the instance's count tells it.
        ([("b", "a", 2), ("a", "b", 1)], ["b", "a"]),
        ([("b", "a", 1), ("a", "b", 2)], ["a", "b"]),
        # What does not chain stays in the order of the count, else as it came.
        ([("a", "b", 2), ("c", "d", 1)], ["d", "b"]),
        ([("a", "b", 0), ("c", "d", 0)], ["b", "d"]),
    ],
)
def test_the_order_of_one_second(steps: list[tuple[str, str, int]], told: list[str]) -> None:
    rows = [Step("test_plan", before, after, "", START, count) for before, after, count in steps]
    assert [step.after for step in in_order(rows)] == told


def test_a_chain_goes_on_from_what_stood_before_it() -> None:
    later = START + timedelta(seconds=1)
    rows = [
        Step("state", "2", "1", "", later),
        Step("state", "1", "2", "", later),
        Step("state", "0", "1", "", START),
    ]
    assert [step.after for step in in_order(rows)] == ["1", "2", "1"]


def test_the_changes_of_a_release_come_and_go(instance: Instance, tools: Tools) -> None:
    release, other = (instance.add_release(short_description=name) for name in ("Najaar", "Winter"))
    for hours, parent in ((1, release), (2, other), (3, release), (4, "")):
        instance.now = START + timedelta(hours=hours)
        instance.set("change_request", instance.change, "dirk.peeters", parent=parent)
    seen = {
        sys_id: [
            (c.before, c.after, c.at, c.by.name if c.by else "")
            for c in tools.read(instance.row("rm_release", sys_id)["number"]).history
        ]
        for sys_id in (release, other)
    }
    by, number = "Dirk Peeters", instance.number
    assert seen == {
        release: [
            ("", number, START + timedelta(hours=1), by),
            (number, "", START + timedelta(hours=2), by),
            ("", number, START + timedelta(hours=3), by),
            (number, "", START + timedelta(hours=4), by),
        ],
        other: [
            ("", number, START + timedelta(hours=2), by),
            (number, "", START + timedelta(hours=3), by),
        ],
    }


def test_where_values_may_not_be_searched_what_the_release_has_now_is_told(
    instance: Instance, tools: Tools
) -> None:
    release = instance.add_release(short_description="Najaar")
    gone = instance.add_change(short_description="Weg")
    for change in (instance.change, gone):
        instance.set("change_request", change, parent=release)
    instance.later(hours=1)
    instance.set("change_request", gone, parent="")
    instance.access.strict_queries = True
    instance.access.unqueryable.add(("sys_audit", "oldvalue"))
    seen = tools.read(instance.row("rm_release", release)["number"])
    assert [(c.before, c.after) for c in seen.history] == [("", instance.number)]


def test_an_item_by_its_name(instance: Instance, tools: Tools) -> None:
    other = instance.add_ci(name="Loket")
    instance.set("change_request", instance.change, cmdb_ci=other)
    assert changes(tools, instance) == [("assets", "Kassa", "Loket")]
    instance.later(seconds=1)  # the trail knows whole seconds
    instance.set("change_request", instance.change, cmdb_ci="")
    assert changes(tools, instance)[1:] == [("assets", "Loket", "")]


def test_a_hidden_item_without_any_name(instance: Instance, tools: Tools) -> None:
    other = instance.add_ci(name="Geheim")
    instance.set("change_request", instance.change, cmdb_ci=other)
    instance.access.hidden_rows.add(other)
    assert changes(tools, instance) == [("assets", "", "")]


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
def test_a_trail_out_of_sight_proves_nothing(instance: Instance, tools: Tools, how: str) -> None:
    instance.set("change_request", instance.change, backout_plan="Terug")
    getattr(instance.access, how).add("sys_audit")
    seen = tools.read(instance.number)
    assert (seen.history, seen.history_readable) == ((), False)


def test_an_actor_who_is_no_visible_user_has_no_name(instance: Instance, tools: Tools) -> None:
    instance.set("change_request", instance.change, "nightly.job", backout_plan="Terug")
    (change,) = tools.read(instance.number).history
    assert change.by is None
