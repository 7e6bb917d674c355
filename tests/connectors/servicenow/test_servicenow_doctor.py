"""The doctor: what it says, and that it neither writes nor raises."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servicenow_helpers import Instance, Tools

from bot.model.people import Role
from bot.ports import Health
from connectors.sandbox.server import Server

ROLES = {Role.CAB: ["CAB"], Role.DPO: ["DPO"], Role.OPERATIONS: ["Leeg"]}


def examined(tools: Tools) -> dict[str, tuple[Health, str]]:
    return {d.about: (d.health, d.detail) for d in tools.examiner.examine(ROLES)}


def test_a_healthy_instance(instance: Instance, tools: Tools, server: Server) -> None:
    instance.add_group("Leeg")
    instance.add_group("DPO", [instance.an])
    instance.add_release()
    instance.request_approval(instance.change, instance.an)
    found = examined(tools)
    assert found["account"] == (Health.OK, "works as Sluis Integration, time zone UTC")
    assert found["change_request"] == (Health.OK, "readable, 1 records in scope")
    assert found["role operations"] == (Health.WARNING, "Leeg has no active members")
    assert {about for about, (health, _) in found.items() if health is not Health.OK} == {
        "role operations",
        "columns of rm_release",  # a release has no type
    }
    assert server.writes() == []


def hide_column(table: str, column: str) -> Callable[[Instance], None]:
    return lambda i: i.access.hidden_columns.add((table, column))


def close(how: str, table: str) -> Callable[[Instance], None]:
    return lambda i: getattr(i.access, how).add(table)


def add_state(instance: Instance) -> None:
    choice = {"name": "change_request", "element": "state", "value": "20", "label": "Wachtrij"}
    instance.state.insert("sys_choice", choice)


@pytest.mark.parametrize(
    ("prepare", "about", "health", "words"),
    [
        (
            hide_column("change_request", "u_test_data"),
            "columns of change_request",
            Health.WARNING,
            "u_test_data",
        ),
        (hide_column("cmdb_ci", "u_gdpr"), "columns of cmdb_ci", Health.WARNING, "gdpr (u_gdpr)"),
        (close("missing_tables", "rm_release"), "rm_release", Health.WARNING, "skipped"),
        (close("missing_tables", "change_request"), "change_request", Health.FAILED, "no such table"),
        (close("hidden_tables", "change_request"), "change_request", Health.FAILED, "may be read"),
        (
            close("forbidden_tables", "sysapproval_approver"),
            "sysapproval_approver",
            Health.FAILED,
            "Insufficient",
        ),
        (close("hidden_tables", "task_ci"), "task_ci", Health.FAILED, "may not be read"),
        (close("hidden_tables", "sys_journal_field"), "sys_journal_field", Health.WARNING, "hidden"),
        (close("hidden_tables", "sys_user_grmember"), "role cab", Health.FAILED, "may not be read"),
        (lambda _: None, "role dpo", Health.WARNING, "no group or user DPO"),
        (add_state, "states of change_request", Health.WARNING, "Wachtrij"),
    ],
)
def test_what_is_wrong(
    instance: Instance,
    tools: Tools,
    prepare: Callable[[Instance], None],
    about: str,
    health: Health,
    words: str,
) -> None:
    instance.add_affected_ci(instance.change, instance.kassa)
    instance.set("change_request", instance.change, work_notes="notitie")
    prepare(instance)
    found = examined(tools)[about]
    assert found[0] is health
    assert words in found[1]


def test_wrong_credentials_end_the_examination(configured) -> None:
    found = examined(configured(password="wrong"))
    assert list(found) == ["account"]
    assert found["account"][0] is Health.FAILED


def test_a_scope_that_names_an_unknown_column_is_told(configured) -> None:
    found = examined(configured(query="u_nonsense=1^ORtype=normal"))
    assert "query (u_nonsense)" in found["columns of change_request"][1]
