"""Tasks of a change as evidence: closed ones settle a field, an open one leaves it open."""

from __future__ import annotations

from typing import Any

import pytest
from servicenow_helpers import Instance

from domain.people import Person

WANTED = {
    "test_validated_by": "testing",
    "test_validated_at": "testing",
    "users_informed": "review",
    "post_verification": "any",
}


def fields(instance: Instance, configured: Any) -> dict[str, Any]:
    ticket = configured(task_fields=WANTED).read(instance.number)
    return {name: ticket.field(name) for name in WANTED}


def test_closed_tasks_tell_who_and_when(instance: Instance, configured: Any) -> None:
    first, second = (instance.add_task(instance.change, "testing", close_notes=n) for n in ("Groen", ""))
    review = instance.add_task(instance.change, "review")
    for task, who in ((first, instance.an), (second, instance.jan), (review, instance.jan)):
        instance.later(hours=1)
        instance.close_task("change_task", task, who)
    seen = fields(instance, configured)
    assert seen["test_validated_by"].value == (
        Person(instance.an, "An Willems"),
        Person(instance.jan, "Jan Maes"),
    )
    assert seen["test_validated_by"].where == "change_task"
    assert (seen["test_validated_at"].value, seen["test_validated_at"].by) == (
        instance.now.replace(hour=10), Person(instance.jan, "Jan Maes"),
    )  # fmt: skip
    assert (seen["users_informed"].value, seen["post_verification"].value) == (True, "Groen")


def test_what_tasks_settle_has_its_history_from_them(instance: Instance, configured: Any) -> None:
    columns = {"u_post_verification": "getypt", "backout_plan": "Terug"}
    instance.set("change_request", instance.change, "dirk.peeters", **columns)
    for kind in ("testing", "review"):
        instance.later(hours=1)
        instance.close_task("change_task", instance.add_task(instance.change, kind), instance.an)
    ticket = configured(task_fields={**WANTED, "post_verification": "planning"}).read(instance.number)
    assert not ticket.field("post_verification").filled, "there is no task of that type"
    seen = [(c.field, c.before, c.after, c.at.hour, c.by and c.by.name) for c in ticket.history]
    assert sorted(seen) == [
        ("fallback_plan", "", "Terug", 8, "Dirk Peeters"),
        ("test_validated_at", "", "2026-03-02T09:00:00+00:00", 9, "An Willems"),
        ("test_validated_by", "", "An Willems", 9, "An Willems"),
        ("users_informed", "", "yes", 10, "An Willems"),
    ]


@pytest.mark.parametrize(
    ("states", "value", "informed"),
    [
        ([], None, None),
        ([1], None, False),
        ([3, 1], None, False),
        ([3, 2], None, False),
        ([4], None, False),  # closed incomplete
        ([3, 4], None, False),
        ([7], None, None),  # skipped: as if it were not there
        ([3, 7], True, True),
        ([3], True, True),
    ],
)
def test_every_task_of_the_type_must_be_complete(
    instance: Instance, configured: Any, states: list[int], value: bool | None, informed: bool | None
) -> None:
    instance.add_task(instance.change, "planning", state=1)  # of another type
    for state in states:
        for kind in ("testing", "review"):
            closed = {"closed_by": instance.an, "closed_at": instance.now} if state > 2 else {}
            instance.add_task(instance.change, kind, state=state, **closed)
    seen = fields(instance, configured)
    assert (seen["test_validated_by"].filled or None, seen["users_informed"].value) == (value, informed)
    assert all(field.readable for field in seen.values())


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables"])
def test_hidden_tasks_settle_nothing(instance: Instance, configured: Any, how: str) -> None:
    instance.close_task("change_task", instance.add_task(instance.change, "testing"), instance.an)
    getattr(instance.access, how).add("change_task")
    assert not any(field.readable for field in fields(instance, configured).values())


def test_one_hidden_task_casts_doubt_on_all(instance: Instance, configured: Any) -> None:
    instance.close_task("change_task", instance.add_task(instance.change, "testing"), instance.an)
    instance.access.hidden_rows.add(instance.add_task(instance.change, "testing"))
    assert not any(field.readable for field in fields(instance, configured).values())


def test_a_hidden_column_is_not_an_empty_one(instance: Instance, configured: Any) -> None:
    instance.close_task("change_task", instance.add_task(instance.change, "testing"), instance.an)
    instance.access.hidden_columns.add(("task", "closed_by"))
    assert not fields(instance, configured)["test_validated_by"].readable


def test_tasks_of_a_release(instance: Instance, configured: Any) -> None:
    release = instance.add_release()
    task = instance.add_release_task(release, close_notes="Alles uitgerold")
    tools = configured(task_fields=WANTED)
    number = instance.row("rm_release", release)["number"]
    assert tools.read(number).field("post_verification").value is None
    instance.close_task("rm_task", task, instance.jan)
    ticket = tools.read(number)
    assert ticket.field("post_verification").value == "Alles uitgerold"
    assert not ticket.field("test_validated_by").filled  # tasks of a release have no type
