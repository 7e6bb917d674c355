"""What changed since a moment, by the stamps of every table that matters; and what a cycle without changes costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from servicenow_helpers import START, Instance, Tools, settings_for

from domain.ports.errors import Forbidden, Garbled
from sandbox.server import Server

DAY = timedelta(days=1)


def keys(tools: Tools, since: datetime) -> set[str]:
    return {ref.id[-32:] for ref in tools.source.changed(since)}


def ask_approval(i: Instance) -> None:
    i.request_approval(i.change, i.an)


def settle_group(i: Instance) -> None:
    i.state.insert(
        "sysapproval_group", {"parent": i.change, "assignment_group": i.cab, "approval": "approved"}
    )


def add_item(i: Instance) -> None:
    i.add_affected_ci(i.change, i.kassa)


def add_service(i: Instance) -> None:
    i.add_impacted_service(i.change, i.kassa)


def close_task(i: Instance) -> None:
    i.add_task(i.change, "testing", state=3)


def reclassify(i: Instance) -> None:
    i.set("cmdb_ci", i.kassa, u_confidentiality=5)


@pytest.mark.parametrize(
    "happens",
    [ask_approval, settle_group, add_item, add_service, close_task, reclassify],
    ids=lambda h: h.__name__,
)
def test_what_does_not_touch_the_tickets_stamp_is_seen_all_the_same(
    instance: Instance, configured: Any, happens: Any
) -> None:
    tools = configured(task_fields={"test_validated_by": "testing"})
    other = instance.add_change()
    before = {ref.id[-32:]: ref for ref in tools.source.census()}
    instance.later(days=1)
    since = instance.now
    happens(instance)
    after = {ref.id[-32:]: ref for ref in tools.source.changed(since)}
    assert after.keys() == {instance.change}
    assert after[instance.change].updated == before[instance.change].updated == START
    assert after[instance.change].version != before[instance.change].version
    assert other in before
    instance.later(days=1)
    assert keys(tools, instance.now) == set()


@pytest.mark.parametrize("link", ["add_affected_ci", "add_impacted_service"])
def test_an_item_of_another_table_is_followed_for_open_tickets_only(
    instance: Instance, tools: Tools, link: str
) -> None:
    loket = instance.add_ci("cmdb_ci_service", name="Loket")
    closed = instance.add_change(state=3)
    for change in (instance.change, closed):
        getattr(instance, link)(change, loket)
    instance.later(days=1)
    instance.set("cmdb_ci", loket, u_integrity=5)
    assert keys(tools, instance.now) == {instance.change}


def test_a_change_below_a_task_of_the_release_belongs_to_it(instance: Instance, tools: Tools) -> None:
    release = instance.add_release()
    task = instance.add_release_task(release)
    instance.later(days=1)
    instance.set("change_request", instance.change, parent=task)
    assert keys(tools, instance.now) == {instance.change, release}
    ticket = tools.read(instance.row("rm_release", release)["number"])
    assert ticket.field("changes").value == (instance.number,)


def test_a_cycle_without_changes_takes_one_request_a_table(
    instance: Instance, tools: Tools, server: Server
) -> None:
    instance.later(days=1)
    tools.source.identify()
    assert list(tools.source.changed(instance.now)) == []
    asked = [a.path.rpartition("/")[2] for a in server.asked]
    assert asked == [
        *("sys_user", "sysapproval_approver", "sysapproval_group", "task_ci", "task_cmdb_ci_service"),
        *("change_request", "change_request", "rm_release"),  # as parts of releases, and by themselves
    ]


@pytest.mark.parametrize("strict", [True, False])
def test_an_instance_that_does_not_let_the_items_stamp_be_queried_is_asked_without_it(
    instance: Instance, tools: Tools, server: Server, strict: bool
) -> None:
    instance.access.strict_queries = strict
    for table, column in (
        ("change_request", "cmdb_ci.sys_updated_on"),
        ("task_ci", "ci_item.sys_updated_on"),
    ):
        instance.access.unqueryable.add((table, column))
    quiet = instance.add_change(cmdb_ci=instance.kassa)
    instance.add_affected_ci(quiet, instance.kassa)
    instance.later(days=1)
    add_item(instance)
    assert keys(tools, instance.now) == {instance.change}
    before = server.count("GET", "task_ci")
    assert keys(tools, instance.now) == {instance.change}
    assert server.count("GET", "table/task_ci") == before + 1  # remembered


@pytest.mark.parametrize(("strict", "error"), [(True, Forbidden), (False, Garbled)])
def test_a_range_query_that_does_not_narrow_is_an_error_and_not_a_list_of_everything(
    instance: Instance, tools: Tools, strict: bool, error: type[Exception]
) -> None:
    instance.access.strict_queries = strict
    for table in ("change_request", "task_ci"):
        instance.access.unqueryable.add((table, "sys_updated_on"))
    add_item(instance)
    instance.later(days=1)
    with pytest.raises(error, match=r"sys_updated_on|Insufficient"):
        list(tools.source.changed(instance.now))


def test_a_table_that_hangs_on_tickets_and_ignores_the_condition_is_left_to_the_census(
    instance: Instance, tools: Tools
) -> None:
    instance.access.unqueryable.add(("sysapproval_approver", "sys_updated_on"))
    instance.request_approval(instance.change, instance.an)
    instance.later(days=1)
    assert keys(tools, instance.now) == set()


def test_records_committed_after_their_stamp_are_seen_by_the_overlap(
    instance: Instance, tools: Tools
) -> None:
    """A second transaction may commit a row whose stamp is older than what was read before it."""
    mark = instance.now + timedelta(minutes=30)
    instance.now = mark - timedelta(minutes=4)
    late = instance.add_change()
    assert keys(tools, mark) == {late}
    assert keys(tools, mark + timedelta(minutes=2)) == set()


def test_a_clock_of_ours_that_is_ahead_loses_nothing(instance: Instance, server: Server) -> None:
    """The mark of the last cycle is by our clock, stamps are by the instance's, which is 20 minutes behind."""
    instance.later(days=1)
    made = instance.add_change()
    mark = instance.now + timedelta(minutes=20)
    right = Tools(settings_for(server.url))
    assert keys(right, mark) == set()
    ahead = Tools(settings_for(server.url), lambda: datetime.now(UTC) + timedelta(minutes=20))
    assert keys(ahead, mark) == {made}
