"""What the doctor says of Jira."""

from __future__ import annotations

from bot.model.people import Role
from bot.ports import Health
from connectors.jira.doctor import JiraExaminer
from connectors.sandbox.server import Fault, How


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
        "not known, judged by their category: In de wachtkamer",
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
