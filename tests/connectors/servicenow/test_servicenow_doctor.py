"""The doctor: what it says, and that it neither writes nor raises."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from servicenow_helpers import Instance, Tools

from bot.cli.console import show_diagnoses
from domain.people import Role
from domain.ports.connector import Health
from sandbox.server import Server

GOLDEN = Path(__file__).parents[2] / "golden" / "doctor-servicenow.txt"
WRITE = os.environ.get("SLUIS_GOLDEN") == "1"
ROLES = {Role.CAB: ["CAB"], Role.DPO: ["DPO"], Role.OPERATIONS: ["Leeg"]}


def examined(tools: Tools) -> dict[str, tuple[Health, str]]:
    return {d.about: (d.health, d.detail) for d in tools.examiner.examine(ROLES)}


def test_a_healthy_instance(instance: Instance, tools: Tools, server: Server) -> None:
    instance.grant(instance.integration_id, "sn_change_read", "sn_change_write")
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


def drop_column(table: str, column: str) -> Callable[[Instance], None]:
    return lambda i: i.state.tables[table].columns.pop(column) and None


def both(*ways: Callable[[Instance], None]) -> Callable[[Instance], None]:
    def all_of_them(instance: Instance) -> None:
        for way in ways:
            way(instance)

    return all_of_them


def both_journals(instance: Instance) -> None:
    instance.access.hidden_columns.add(("change_request", "work_notes"))
    instance.access.hidden_tables.add("sys_journal_field")


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
        (
            close("hidden_tables", "sys_journal_field"),
            "finding its notes",
            Health.WARNING,
            "through the ticket alone",
        ),
        (close("forbidden_tables", "sys_journal_field"), "finding its notes", Health.WARNING, "is hidden"),
        (
            hide_column("change_request", "work_notes"),
            "finding its notes",
            Health.OK,
            "through sys_journal_field",
        ),
        (both_journals, "finding its notes", Health.FAILED, "no note will be written"),
        (lambda _: None, "writing notes", Health.WARNING, "its own roles cannot be seen"),
        (lambda i: i.grant(i.integration_id, "itil"), "writing notes", Health.OK, "has the role itil"),
        (
            lambda i: i.grant(i.integration_id, "sn_change_read"),
            "writing notes",
            Health.WARNING,
            "has none of",
        ),
        (
            lambda i: i.grant(i.integration_id, "sn_change_read", "sn_change_write"),
            "rights beyond need",
            Health.OK,
            "none of the roles that administer or change",
        ),
        (
            lambda i: i.grant(i.integration_id, "admin", "security_admin", "sn_change_read"),
            "rights beyond need",
            Health.WARNING,
            "has more than it needs: admin (to do everything), security_admin (to change access rules)",
        ),
        (
            lambda i: i.grant(i.integration_id, "user_admin"),
            "rights beyond need",
            Health.WARNING,
            "user_admin (to manage users and their roles)",
        ),
        (close("forbidden_tables", "sys_user_has_role"), "writing notes", Health.WARNING, "cannot be seen"),
        (lambda _: None, "conflicts", Health.OK, "can be read"),
        (close("forbidden_tables", "conflict"), "conflicts", Health.WARNING, "may not be read"),
        (
            lambda i: i.set("cmdb_ci", i.kassa, u_confidentiality="hoog?"),
            "values of cmdb_ci",
            Health.WARNING,
            "confidentiality (u_confidentiality) holds what is no class: hoog?",
        ),
        (
            hide_column("cmdb_ci", "u_gdpr"),
            "columns of cmdb_ci",
            Health.WARNING,
            "there, but hidden from the account",
        ),
        (
            drop_column("cmdb_ci", "u_gdpr"),
            "columns of cmdb_ci",
            Health.WARNING,
            "no such column on this table",
        ),
        (
            both(drop_column("cmdb_ci", "u_gdpr"), close("forbidden_tables", "sys_dictionary")),
            "columns of cmdb_ci",
            Health.WARNING,
            "hidden, or not there: gdpr",
        ),
        (
            both(hide_column("cmdb_ci", "u_gdpr"), close("hidden_tables", "sys_dictionary")),
            "columns of cmdb_ci",
            Health.WARNING,
            "hidden, or not there: gdpr",
        ),
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


def test_columns_and_values_of_named_classes(instance: Instance, configured) -> None:
    instance.add_ci("cmdb_ci_business_app", name="Dossiers", data_classification="Secret")
    settings = {
        "ci_fields": {"confidentiality": "cmdb_ci_business_app.data_classification,u_class"},
        "ci_values": {"confidentiality": "Public=1,Restricted=5"},
    }
    found = [d for d in configured(**settings).examiner.examine({}) if "cmdb_ci_business_app" in d.about]
    assert [(d.health, d.about, d.detail) for d in found] == [
        (Health.OK, "columns of cmdb_ci_business_app", "all 1 come back"),
        (
            Health.WARNING,
            "values of cmdb_ci_business_app",
            "confidentiality (data_classification) holds what is no class: Secret",
        ),
    ]
    assert "SERVICENOW_CI_VALUES__CONFIDENTIALITY" in found[1].fix


def test_the_output_on_an_instance_that_hides_two_columns_and_the_journal(
    instance: Instance, tools: Tools, server: Server
) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.add_affected_ci(instance.change, instance.kassa)
    instance.set("change_request", instance.change, "dirk.peeters", work_notes="Gezien")
    instance.access.hidden_columns |= {("change_request", "u_test_data"), ("cmdb_ci", "u_confidentiality")}
    instance.access.hidden_tables.add("sys_journal_field")
    instance.state.tables["change_request"].columns.pop("u_release_package")
    shown = io.StringIO()
    console = Console(file=shown, width=120, highlight=False, color_system=None)
    show_diagnoses("servicenow", tools.examiner.examine({Role.CAB: ["CAB"]}), console)
    text = "\n".join(line.rstrip() for line in shown.getvalue().splitlines()) + "\n"
    if WRITE:
        GOLDEN.write_text(text, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text
    assert server.writes() == []


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
def test_what_is_lacking_to_see_who_decided(instance: Instance, tools: Tools, how: str) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.approve(instance.change, instance.an)
    getattr(instance.access, how).add("sys_audit")
    (found,) = [d for d in tools.examiner.examine(ROLES) if d.about == "decisions"]
    assert found.health is Health.WARNING
    assert "let the account read the rows of sys_audit of sysapproval_approver" in found.fix
