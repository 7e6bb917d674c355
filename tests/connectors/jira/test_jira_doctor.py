"""What the doctor says of Jira."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from jira_site import Site, quick_client, settings_for
from rich.console import Console

from bot.cli.console import show_diagnoses
from connectors.jira.doctor import JiraExaminer
from connectors.jira.source import JiraSource
from domain.people import Role
from domain.ports.connector import Health
from sandbox.server import Fault, How, Server

WRITE = os.environ.get("SLUIS_GOLDEN") == "1"
GOLDEN = Path(__file__).parents[2] / "golden" / "doctor-jira.txt"


def findings(source, roles=None, worse_than_ok=True):
    seen = JiraExaminer(source).examine(roles or {})
    return [
        (d.health.value, d.about, d.detail) for d in seen if not worse_than_ok or d.health is not Health.OK
    ]


def test_a_healthy_site(source, server):
    seen = findings(source, {Role.CAB: ["CAB"]}, worse_than_ok=False)
    assert ("ok", "server", "Jira Cloud answers") in seen
    assert ("ok", "account", "works as Sluiswachter, time zone Europe/Brussels") in seen
    assert ("ok", "project CHG", "the account may see, comment and edit its comments") in seen
    assert ("ok", "role cab", "CAB: 2 people") in seen
    assert not any(health == "failed" for health, *_ in seen)
    assert server.writes() == []


def test_a_rejected_token_stops_it(site, source):
    site.bot.token = "another"
    (seen,) = JiraExaminer(source).examine({})
    assert (seen.health, seen.about) == (Health.FAILED, "connection") and "JIRA_API_TOKEN" in seen.fix


def test_a_site_that_does_not_answer(server, source):
    server.fail(Fault(How.ANSWER, status=500, times=9))
    assert findings(source) == [("failed", "connection", "answered 500")]


def test_missing_permissions_are_named(site, source):
    site.deny("EDIT_OWN_COMMENTS", "CHG")
    seen = findings(source)
    assert (
        "failed",
        "project CHG",
        "the account lacks EDIT_OWN_COMMENTS (to keep its comment up to date)",
    ) in seen


def test_rival_fields_are_listed_with_their_ids(site, source):
    first, second = site.field_id("Test plan"), site.add_field("Test plan")
    (seen,) = [d for d in JiraExaminer(source).examine({}) if d.about == "field test_plan"]
    assert seen.health is Health.FAILED
    assert seen.detail == f"2 fields are named Test plan: {first}, {second}"
    assert seen.fix == "set JIRA_FIELDS__TEST_PLAN to the id of the right field"


def test_a_sign_off_field_that_is_not_there(source):
    (seen,) = [d for d in JiraExaminer(source).examine({}) if d.about == "field dpo sign-off"]
    assert (seen.health, seen.fix) == (
        Health.WARNING,
        "set JIRA_SIGN_OFF_FIELDS__DPO to the id of the right field",
    )


def test_strange_statuses(site, source):
    site.transition(site.change, "In de wachtkamer", site.an)
    assert (
        "warning",
        "statuses of CHG",
        "not known, judged by their category: In de wachtkamer (as implement)",
    ) in findings(source)


def test_roles(site, server, source):
    site.add_group("Empty")
    seen = findings(source, {Role.DPO: ["Empty", "Nobody"]})
    assert ("warning", "role dpo", "Empty has no active members") in seen
    assert ("warning", "role dpo", "Jira has no group or user Nobody") in seen
    server.fail(Fault(How.ANSWER, path="group/member", status=403))
    assert ("failed", "role cab", "members of CAB may not be read") in findings(source, {Role.CAB: ["CAB"]})


def test_one_step_that_fails_does_not_stop_the_others(server, source):
    server.fail(Fault(How.ANSWER, path="mypermissions", status=500))
    seen = findings(source, {Role.CAB: ["CAB"]}, worse_than_ok=False)
    assert ("failed", "project CHG", "answered 500") in seen
    assert ("ok", "role cab", "CAB: 2 people") in seen


def test_who_may_not_look_people_up_is_told(site, source):
    site.deny("USER_PICKER", "")
    assert (
        "failed",
        "users and groups",
        "the account lacks USER_PICKER (to read who is in a role)",
    ) in findings(source)


def test_without_projects_the_whole_site_is_looked_at(site, server):
    site.transition(site.change, "Wachtkamer", site.an)
    settings = settings_for(server.url, projects=())
    seen = findings(JiraSource(quick_client(settings), settings), worse_than_ok=False)
    assert ("ok", "permissions", "the account may see, comment and edit its comments") in seen
    assert (
        "warning",
        "statuses of the site",
        "not known, judged by their category: Wachtkamer (as implement)",
    ) in seen


@pytest.mark.parametrize(("service_desk", "told"), [(True, []), (False, ["dpo", "owner"])])
def test_a_site_with_approvals_of_service_management_needs_no_sign_off_fields(
    site, source, service_desk, told
):
    if service_desk:
        site.add_field("Goedkeuringen", "approvals")
    assert [about.split()[1] for _, about, _ in findings(source) if "sign-off" in about] == told


def test_a_field_that_an_admin_names_and_that_is_not_there_is_a_failure(site, server):
    settings = settings_for(server.url, fields={"test_plan": "Testplan"})
    seen = findings(JiraSource(quick_client(settings), settings))
    assert ("failed", "field test_plan", "no field named Testplan") in seen


def of_assets(source):
    return [(health, about, detail) for health, about, detail in findings(source) if "asset" in about]


@pytest.fixture
def objects(site, server):
    """A source on a site whose tickets point to Assets, at the sandbox's address."""
    site.add_field("Server", "assets", "customfield_7")
    settings = settings_for(server.url, assets_url=server.url)
    return JiraSource(quick_client(settings), settings)


def test_assets_that_the_account_does_not_see(objects):
    told = "Server (customfield_7) point to Assets, but the account sees no Assets here"
    assert of_assets(objects) == [("failed", "assets", told)]


def test_assets_that_are_closed_to_the_account(site, objects):
    site.assets.add_type("Application", "Confidentiality")
    site.assets.closed = True
    ((health, about, _),) = of_assets(objects)
    assert (health, about) == ("failed", "assets")


def test_attributes_that_no_object_type_has(site, objects):
    site.assets.add_type("Application", "Vertrouwelijkheid", "Integrity", "Availability", "GDPR")
    seen = of_assets(objects)
    assert {about for _, about, _ in seen} == {
        *("asset ksz", "asset nis2", "asset owner", "asset operations_group", "asset service_hours"),
        *("asset stakeholders", "asset maintenance_windows", "asset supplier"),
        *("asset chain_component", "asset internet_facing"),
    }
    assert ("warning", "asset ksz", "no object type has an attribute KSZ, so it is unknown") in seen


def test_the_doctor_as_an_admin_reads_it():
    """A site with missing and doubled fields, a strange status, Assets with half its attributes, an empty group."""
    site = Site()
    site.add_field("Test plan")
    site.add_field("Server", "assets")
    site.add_group("Privacy")
    site.assets.add_type("Application", "Vertrouwelijkheid", "Integriteit", "Beschikbaarheid", "Eigenaar")
    site.transition(site.change, "In de wachtkamer", site.an)
    with Server(site.app) as server:
        settings = settings_for(server.url, assets_url=server.url, fields={"test_data": "Testdata"})
        source = JiraSource(quick_client(settings), settings)
        screen = io.StringIO()
        roles = {Role.CAB: ["CAB"], Role.DPO: ["Privacy"], Role.OPERATIONS: ["Beheer"]}
        show_diagnoses(
            "jira", JiraExaminer(source).examine(roles), Console(file=screen, width=110, highlight=False)
        )
    told = "\n".join(line.rstrip() for line in screen.getvalue().splitlines()) + "\n"
    if WRITE:
        GOLDEN.write_text(told, encoding="utf-8")
    assert told == GOLDEN.read_text(encoding="utf-8"), "read it, then run with SLUIS_GOLDEN=1"
