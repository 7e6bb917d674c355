"""What an instance does with our questions, found out before they are asked in earnest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from servicenow_helpers import Instance, Tools

from connectors.servicenow import query_preflight
from connectors.servicenow.query_preflight import Scope
from domain.ports.connector import Health
from domain.ports.errors import Forbidden, NotFound
from sandbox.server import Server

TABLE = "change_request"
COLUMNS = {"state", "u_test_data", "u_nonsense", "cmdb_ci.owned_by"}


@pytest.mark.parametrize("strict", [True, False])
def test_which_columns_stay_away(instance: Instance, tools: Tools, strict: bool) -> None:
    """The same on an instance that leaves out unknown fields and on one that refuses them."""
    instance.access.strict_fields = strict
    instance.access.hidden_columns.add((TABLE, "u_test_data"))
    assert query_preflight.absent(tools.client, TABLE, COLUMNS) == {"u_test_data", "u_nonsense"}


def test_where_no_record_can_be_seen_nothing_is_said_of_columns(instance: Instance, tools: Tools) -> None:
    instance.access.hidden_tables.add(TABLE)
    assert query_preflight.absent(tools.client, TABLE, COLUMNS) == set()


def test_a_range_on_the_stamp_must_have_an_effect(instance: Instance, tools: Tools) -> None:
    assert query_preflight.narrows(tools.client, TABLE)
    instance.access.unqueryable.add((TABLE, "sys_updated_on"))
    assert not query_preflight.narrows(tools.client, TABLE)
    instance.access.no_rows_on_invalid = True  # nothing is found: that is how it looks when it works
    instance.access.strict_queries = True
    with pytest.raises(Forbidden, match="Insufficient"):
        query_preflight.narrows(tools.client, TABLE)


@pytest.mark.parametrize(
    ("query", "idle"),
    [
        ("", []),
        ("type=normal", []),
        ("type=normal^assignment_groupISEMPTY", []),
        ("type=normal^u_nonsense=1", ["u_nonsense=1"]),
        ("typeIS NORMAL^type=normal^ORtype=standard", ["typeIS NORMAL"]),
        ("activeANYTHING", ["activeANYTHING"]),
        ("active=true", ["active=true"]),
    ],
)
def test_conditions_that_leave_out_nothing(
    instance: Instance, tools: Tools, query: str, idle: list[str]
) -> None:
    instance.add_change(type="emergency", assignment_group=instance.cab)
    assert list(query_preflight.idle(tools.client, TABLE, query)) == idle


@pytest.mark.parametrize("hidden", [True, False])
@pytest.mark.parametrize("how", ["census", "changed"])
def test_a_query_that_would_widen_lists_nothing(
    instance: Instance, configured: Any, hidden: bool, how: str
) -> None:
    """Else the bot would comment on tickets that nobody asked it to watch."""
    instance.add_change(category="Network")
    if hidden:
        instance.access.hidden_columns.add((TABLE, "category"))
    source = configured(query="category!=Network" if hidden else "u_nonsense!=Network", tables=TABLE).source
    listing = source.census() if how == "census" else source.changed(instance.now - timedelta(days=1))
    with pytest.raises(Forbidden, match="too much would be watched"):
        list(listing)


def test_the_configured_query_is_tried_once_in_a_while(
    instance: Instance, configured: Any, server: Server
) -> None:
    tools = configured(query="type=normal^assignment_group.name=Applicatiebeheer")
    now = [0.0]
    scope = Scope(tools.client, tools.source.settings, lambda: now[0])
    for hours, asked in ((0, 1), (1, 1), (11, 1), (13, 2)):
        now[0] = hours * 3600.0
        scope.check(TABLE)
        assert server.count("GET", TABLE) == asked
    instance.access.missing_tables.add(TABLE)
    now[0] = 100 * 3600.0
    with pytest.raises(NotFound):
        scope.check(TABLE)


def test_what_the_doctor_says_of_them(instance: Instance, configured: Any) -> None:
    instance.access.unqueryable.add(("task_ci", "sys_updated_on"))
    instance.add_affected_ci(instance.change, instance.kassa)
    examiner = configured(query="active=true").examiner
    told = {(d.about, d.detail): d.health for d in examiner.examine({}) if d.about.startswith("query of")}
    alone = "cannot be asked what changed since a moment: such changes are seen by the nightly census alone"
    assert told == {
        ("query of change_request", "leaves out nothing, or is dropped: active=true"): Health.WARNING,
        ("query of task_ci", alone): Health.WARNING,
    }
    instance.access.unqueryable.add((TABLE, "sys_updated_on"))
    details = {d.detail: d.health for d in examiner.examine({})}
    assert details["a condition on sys_updated_on has no effect"] is Health.FAILED
