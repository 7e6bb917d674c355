"""Who held a role when they decided, over the real systems: joined afterwards, left since, and reads that fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from test_cli import sluis
from test_exceptions import add_change, found
from test_story import text

from bot.journal import open_journal
from bot.report import Report
from domain.facts import Facts
from domain.people import Role
from domain.snapshot import snapshot
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]
Read = Callable[..., Facts]
CAB = "Change Advisory Board"


@pytest.fixture
def env(town: Town) -> dict[str, str]:
    return town.env() | {"SLUIS_LANGUAGE": "en"}


def signed_by_karim(town: Town) -> None:
    approval = town.jira.request_approval(town.change, CAB, ["Karim Aziz"])
    town.jira.answer_approval(town.change, approval, "Karim Aziz", "approve")


def leaves(town: Town) -> None:
    town.jira.groups[CAB].remove("acc-karim.aziz")


def open_since(town: Town) -> dict[str, bool]:
    """Who was seen in the CAB of Jira, and whether they are still taken to be in it."""
    journal = open_journal(town.env()["SLUIS_DATABASE_URL"], exclusive=False)
    try:
        with journal.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, until FROM membership WHERE source = 'jira' AND group_id = ?", (CAB,)
            )
            return {row.name: row.until is None for row in rows}
    finally:
        journal.close()


def test_who_joins_the_cab_in_servicenow_after_approving_did_not_approve_for_it(town: Town, env) -> None:
    sn = town.servicenow
    omar = sn.add_user("Omar Haddad")
    number = add_change(town, state=-3)
    change = sn.state.find("change_request", number=number)
    assert change is not None
    sn.travel(town.now() - timedelta(minutes=20))
    sn.request_approval(change["sys_id"], omar)
    sn.approve(change["sys_id"], omar)
    cab = sn.state.find("sys_user_group", name=CAB)
    assert cab is not None
    sn.travel(town.now() - timedelta(minutes=10))
    sn.state.insert("sys_user_grmember", {"group": cab["sys_id"], "user": omar})
    sn.state.clock = town.now
    seen = found(env, number, "ICR-11")
    assert (seen["verdict"], "Omar Haddad approved on" in str(seen["seen"])) == ("pending", True)
    assert "and has belonged to the CAB only since" in str(seen["seen"])
    assert "No approval by the CAB yet." in str(seen["seen"])
    told = sluis("explain", number, "ICR-11", "--language", "nl", env=env).stdout
    assert "behoort pas sinds" in told
    assert "Omar Haddad behoort ertoe sinds" in told

    sn.request_approval(change["sys_id"], omar)
    sn.approve(change["sys_id"], omar)
    assert found(env, number, "ICR-11")["verdict"] == "met"


def test_who_left_the_cab_in_jira_between_two_cycles_approved_while_in_it(
    town: Town, env, sync: Sync, facts: Read
) -> None:
    sync()
    signed_by_karim(town)
    sync()
    leaves(town)
    sync()
    assert open_since(town) == {"Karim Aziz": False, "Lotte Claes": True}
    seen = found(env, town.change, "ICR-11")
    assert seen["verdict"] == "met"
    assert "Approved by Karim Aziz (CAB) on" in str(seen["seen"])
    assert str(seen["seen"]).endswith("(then a member of the CAB).")
    told = sluis("explain", town.change, "ICR-11", "--format", "json", env=env).stdout
    (known,) = json.loads(told)["memberships"]["cab"]
    assert (known["person"], known["since_told"], known["since"]) == ("Karim Aziz", False, None)
    assert known["seen"] < known["until"]
    kept = snapshot(facts(town.change))["roles"]["cab"]["memberships"]
    assert {(one["person"]["name"], one["until"] is None) for one in kept} == {
        ("Karim Aziz", False),
        ("Lotte Claes", True),
    }


def test_who_was_in_it_at_the_first_look_was_in_it_before_and_who_had_left_by_then_was_not(
    town: Town, env, sync: Sync
) -> None:
    sync()
    leaves(town)
    sync()
    seen = found(env, town.change, "ICR-11")
    assert seen["verdict"] == "met"
    assert str(seen["seen"]).endswith("(then a member of the CAB).")
    told = sluis("explain", town.change, "ICR-11", env=env).stdout
    assert "since when is not known, so that it counts as if always" in " ".join(told.split())


def test_who_had_left_before_the_first_look_is_not_taken_to_have_been_in_it(
    town: Town, env, sync: Sync
) -> None:
    leaves(town)
    sync()
    seen = found(env, town.change, "ICR-11")
    assert (seen["verdict"] == "met", "Karim" in str(seen["seen"])) == (False, False)


def test_who_joins_in_jira_between_two_cycles_did_not_approve_for_the_cab(
    town: Town, env, sync: Sync
) -> None:
    leaves(town)
    sync()
    town.jira.groups[CAB].append("acc-karim.aziz")
    sync(full=True)
    told = text(town, town.change)
    assert "and did not yet belong to the CAB on" in told
    assert found(env, town.change, "ICR-11")["verdict"] != "met"


@pytest.mark.parametrize("status", [403, 500])
def test_a_read_that_fails_lets_nobody_leave(town: Town, env, sync: Sync, status: int) -> None:
    sync()
    signed_by_karim(town)
    before = open_since(town)
    town.servers["jira"].fail(Fault(How.ANSWER, path="group/member", status=status, times=99, body="{}"))
    sync(full=True)
    assert open_since(town) == before == {"Karim Aziz": True, "Lotte Claes": True}
    town.servers["jira"].faults.clear()
    sync(full=True)
    assert open_since(town) == before
    assert found(env, town.change, "ICR-11")["verdict"] == "met"


@pytest.mark.parametrize(
    ("system", "path", "told"),
    [
        ("jira", "group/member", "jira: who holds cab, dpo, operations may not be read"),
        ("servicenow", "sys_user_grmember", "servicenow: who holds cab, dpo may not be read"),
        (
            "servicenow",
            "sysapproval_approver",
            "servicenow: approvals may not be read, so nothing is concluded from them",
        ),
    ],
)
def test_what_the_account_may_not_read_is_told_by_the_run(
    town: Town, env, sync: Sync, system, path, told
) -> None:
    town.servers[system].fail(Fault(How.ANSWER, path=path, status=403, times=999, body="{}"))
    report = sync(full=True)
    assert [line.partition(" — ")[0] for line in report.problems] == [told]
    assert report.exit_code == 1
    town.servers[system].faults.clear()
    again = sync(full=True)
    assert (again.problems, again.exit_code) == ([], 0)


def test_another_group_for_the_cab_has_not_joined_today(town: Town, env, sync: Sync) -> None:
    sync()
    town.jira.add_group("Board", "Karim Aziz")
    sync(full=True, ROLES__CAB="Board")
    assert found(env | {"ROLES__CAB": "Board"}, town.change, "ICR-11")["verdict"] == "met"


def test_the_roles_are_looked_at_though_no_ticket_changed_and_asking_keeps_nothing(
    town: Town, env, sync: Sync, facts: Read
) -> None:
    facts(town.change)
    assert open_since(town) == {}
    sync(SLUIS_MODE="observe")
    leaves(town)
    sluis("check", town.change, env=env)
    assert open_since(town)["Karim Aziz"]
    assert sync(SLUIS_MODE="observe").sources["jira"].read == 0
    assert not open_since(town)["Karim Aziz"]
    assert facts(town.change).role(Role.CAB).memberships
