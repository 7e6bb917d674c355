"""The audit trail into the vocabulary's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servicenow_helpers import START, Instance, Tools


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


def test_people_are_left_out_because_the_trail_holds_only_ids(instance: Instance, tools: Tools) -> None:
    instance.set("change_request", instance.change, requested_by=instance.jan)
    assert changes(tools, instance) == []


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
