"""Conflicts that the instance itself found in the planning of a change: asked, never started."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from servicenow_helpers import START, Instance, Tools

from domain.schedule_conflicts import Checked, Clash, Conflict, Planning
from sandbox.server import Fault, How, Server


def conflicts(instance: Instance) -> list[dict[str, Any]]:
    freeze = instance.add_schedule("Jaareinde")
    other = instance.row("change_request", instance.add_change())
    return [
        {"type": "blackout", "schedule": freeze, "configuration_item": instance.kassa},
        {"type": "not_in_maintenance_window", "configuration_item": instance.kassa},
        {"type": "ci_already_scheduled", "conflicting_change": other["sys_id"]},
        {"type": "something_new"},
        {"type": "something_new"},
    ]


def test_a_conflict_is_told_with_what_it_is_with(instance: Instance, tools: Tools, server: Server) -> None:
    found = conflicts(instance)
    instance.later(hours=1)
    instance.check_conflicts(instance.change, *found)
    other = instance.row("change_request", found[2]["conflicting_change"])["number"]
    assert tools.read(instance.number).planning == Planning(
        Checked.CONFLICT,
        START + timedelta(hours=1),
        (
            Conflict(Clash.BLACKOUT, "Jaareinde", "Kassa"),
            Conflict(Clash.WINDOW, "", "Kassa"),
            Conflict(Clash.CHANGE, other),
            Conflict(Clash.OTHER, "something_new"),
        ),
    )
    assert server.writes() == []


@pytest.mark.parametrize(
    ("status", "planning"),
    [
        ("Not Run", Planning(Checked.NOT_RUN)),
        ("No Conflict", Planning(Checked.CLEAR)),
        ("", None),
        ("Bezig", None),
    ],
)
def test_without_a_conflict_nothing_more_is_asked(
    instance: Instance, tools: Tools, server: Server, status: str, planning: Planning | None
) -> None:
    instance.set("change_request", instance.change, conflict_status=status)
    assert tools.read(instance.number).planning == planning
    assert server.count(path="sn_chg_rest") == 0


def test_a_hidden_status_tells_nothing(instance: Instance, tools: Tools) -> None:
    instance.check_conflicts(instance.change, *conflicts(instance))
    instance.access.hidden_columns.add(("change_request", "conflict_status"))
    assert tools.read(instance.number).planning is None


JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
ERROR = '{"error": {"message": "Requested URI does not represent any resource", "detail": null}}'


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (403, JSON, ERROR),
        (404, JSON, ERROR),
        (500, JSON, ERROR),
        (200, JSON, '{"result": "started"}'),
        # An instance without the API says so in many ways.
        (400, JSON, ERROR),
        (401, JSON, ERROR),
        (402, TEXT, ""),
        (405, JSON, ERROR),
        (406, TEXT, ""),
        (200, HTML, "<html>log in</html>"),
        (200, JSON, ERROR),
    ],
)
def test_details_that_cannot_be_had_leave_the_conflict(
    instance: Instance, tools: Tools, server: Server, status: int, kind: str, body: str
) -> None:
    instance.check_conflicts(instance.change, *conflicts(instance))
    headers = {"Content-Type": kind}
    server.fail(Fault(How.ANSWER, path="sn_chg_rest", status=status, times=9, headers=headers, body=body))
    assert tools.read(instance.number).planning == Planning(Checked.CONFLICT, START)


def test_a_release_has_no_such_check(instance: Instance, tools: Tools, server: Server) -> None:
    release = instance.row("rm_release", instance.add_release(short_description="Najaar"))
    assert tools.read(release["number"]).planning is None
    assert not [a for a in server.asked if "rm_release" in a.path and "conflict" in a.query]
