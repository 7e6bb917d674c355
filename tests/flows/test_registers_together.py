"""Several registers and their relations at work: what depends on an asset counts, and contradictions are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_story import text

from bot.report import Report
from domain.facts import Facts
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]
Ask = Callable[..., Facts]

CITIZENS = {"u_gdpr": False, "u_ksz": False, "u_nis2": False}


def item(town: Town, name: str, c: int = 1, kind: str = "cmdb_ci_service", **more: object) -> str:
    classes = {"u_confidentiality": c, "u_integrity": 1, "u_availability": 1}
    return town.servicenow.add_ci(kind, name=name, **(CITIZENS | classes | more))


def register_row(town: Town, row: str) -> None:
    with (town.folder / "assets.csv").open("a") as file:
        file.write(f"{row}\n")


def on_web_server(town: Town) -> str:
    """A change on a web server, on which a portal runs, on which a register of citizens depends."""
    web = item(town, "Web server", kind="cmdb_ci_server")
    portal, citizens = item(town, "Portal", 2), item(town, "Civil registry", 5, u_gdpr=True)
    town.servicenow.add_relation(portal, web, "Runs on::Runs")
    town.servicenow.add_relation(citizens, portal)
    return town.servicenow.add_change(short_description="Patch", cmdb_ci=web, state=-3)


@pytest.mark.parametrize(
    ("hops", "classes"),
    [
        ("0", "Class C1 I1 A1: Web server."),
        ("1", "Class C2 I1 A1: Web server and Portal."),
        ("2", "Class C5 I1 A1, personal data: Web server, Portal and Civil registry."),
    ],
)
def test_the_class_follows_what_depends_on_the_item(town: Town, sync: Sync, hops: str, classes: str) -> None:
    change = on_web_server(town)
    assert sync(SERVICENOW_RELATION_HOPS=hops).exit_code == 0
    note = town.servicenow.notes(change)[0]
    assert classes in note
    assert (town.servers["servicenow"].count("GET", "cmdb_rel_ci") > 0) is (hops != "0")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Web server → Portal → Civil registry (C5 I1 with personal data)"),
        ("nl", "Web server → Portal → Civil registry (V5 I1 met persoonsgegevens)"),
    ],
)
def test_the_reason_shows_the_path(town: Town, sync: Sync, language: str, told: str) -> None:
    change = on_web_server(town)
    sync(SERVICENOW_RELATION_HOPS="2", SLUIS_LANGUAGE=language)
    assert told in town.servicenow.notes(change)[0]


def test_many_assets_are_told_by_the_highest_few(town: Town, sync: Sync) -> None:
    web = item(town, "Web server", kind="cmdb_ci_server")
    for number in range(12):
        town.servicenow.add_relation(item(town, f"Service {number:02}", 1 + number % 5), web)
    change = town.servicenow.add_change(short_description="Patch", cmdb_ci=web, state=-3)
    sync(SERVICENOW_RELATION_HOPS="1")
    (first, *_) = [line for line in town.servicenow.notes(change)[0].splitlines() if "Why:" in line]
    assert first.count("→") <= 5
    assert "Web server → Service 04 (C5 I1)" in first
    assert "and 9 others" in first


def test_relations_that_may_not_be_read_are_unknown(town: Town, sync: Sync) -> None:
    change = on_web_server(town)
    town.servicenow.access.forbidden_tables.add("cmdb_rel_ci")
    assert sync(SERVICENOW_RELATION_HOPS="2").exit_code == 0
    assert "could not be looked at" in town.servicenow.notes(change)[0]


def test_relations_of_the_register_file(town: Town, facts: Ask) -> None:
    file = town.folder / "assets.csv"
    head, *rows = file.read_text().splitlines()
    file.write_text("\n".join([f"{head},depends_on", f"{rows[0]},A2", f"{rows[1]},"]))
    town.jira.set_field(town.change, "Affected services", ["Permit portal"], "Tom Willems")
    given = facts(town.change, REGISTER_RELATION_HOPS="1")
    assert [(s.name, s.path) for s in given.subjects] == [
        ("Permit portal", ()),
        ("Citizen register", ("Permit portal", "Citizen register")),
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Citizen register is C5 in the register file but C3 in ServiceNow; the higher counts."),
        ("nl", "Citizen register is V5 in het registerbestand maar V3 in ServiceNow; de hoogste telt."),
    ],
)
def test_registers_that_contradict_each_other_are_told(
    town: Town, sync: Sync, language: str, told: str
) -> None:
    item(town, "Citizen register", 3, u_integrity=4, u_availability=3, u_gdpr=True)
    assert sync(SLUIS_LANGUAGE=language).exit_code == 0
    said = text(town, town.change)
    assert told in said
    assert "[ICR-00]" in said
    assert said.count("ServiceNow") == 1, "only what differs is told"


def test_the_items_own_register_may_be_lower_too(town: Town, sync: Sync) -> None:
    register_row(town, "A3,Payment service,5,4,3,yes,no,no,,,")
    sync()
    (note,) = town.servicenow.notes(town.payment)
    assert "Payment service is C5 in the register file but C4 in ServiceNow; the higher counts." in note
    assert "Payment service holds personal data by the register file but not by ServiceNow" in note
    assert "Class C5 I4 A3, personal data: Payment service." in note


def test_a_register_that_fills_in_what_another_lacks_contradicts_nothing(town: Town, facts: Ask) -> None:
    ci = town.servicenow.row("change_request", town.payment)["cmdb_ci"]
    town.servicenow.set("cmdb_ci_service", ci, u_confidentiality="")
    register_row(town, "A3,Payment service,5,,,,,,,,")
    number = town.servicenow.row("change_request", town.payment)["number"]
    (subject,) = facts(number).subjects
    assert (subject.confidentiality, subject.integrity, subject.problems) == (5, 4, ())


APPROVED = "approval by the application owner"
ASSETS_ROWS = {"Integrity": "4", "Availability": "3", "GDPR": True, "KSZ": False, "NIS2": False}


def in_assets(town: Town, confidentiality: str, name: str = "Citizen register") -> str:
    """The asset of the town's change as an object of Jira Assets, named by its id alone."""
    owner = town.jira.user("Els Maes")
    made = town.jira.assets.add(
        "Application", name, Confidentiality=confidentiality, Owner=owner, **ASSETS_ROWS
    )
    town.jira.add_field("Server", "assets")
    town.jira.set_field(town.change, "Affected services", [], "Tom Willems")
    town.jira.set_field(town.change, "Server", [made], "Tom Willems")
    return made


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Citizen register is C5 in the register file but C3 in Jira Assets; the higher counts."),
        ("nl", "Citizen register is V5 in het registerbestand maar V3 in Jira Assets; de hoogste telt."),
    ],
)
def test_three_registers_that_contradict_each_other(town: Town, sync: Sync, language: str, told: str) -> None:
    in_assets(town, "3")
    item(town, "Citizen register", 4, u_integrity=4, u_availability=3, u_gdpr=True)
    assert sync(SLUIS_LANGUAGE=language).exit_code == 0
    said = text(town, town.change)
    assert told in said
    assert "[ICR-00]" in said


def test_an_object_alone_gives_classes_and_owner(town: Town, facts: Ask) -> None:
    in_assets(town, "4", "Cemetery register")
    (subject,) = facts(town.change).subjects
    assert (subject.name, subject.confidentiality, subject.problems) == ("Cemetery register", 4, ())
    assert subject.asset and [p.id for p in subject.asset.owner.value or ()] == ["acc-els.maes"]


def test_the_owner_in_assets_is_the_one_who_approves(town: Town, sync: Sync) -> None:
    in_assets(town, "4", "Cemetery register")
    sync()
    assert APPROVED in text(town, town.change).lower(), "what is touched has changed since"
    for approver in ("Tom Willems", "Els Maes"):
        step = town.jira.request_approval(town.change, "Owner", [approver])
        town.jira.answer_approval(town.change, step, approver, "approve")
        town.jira.touch(town.jira.issues[town.change])
        sync()
        assert (APPROVED in text(town, town.change).lower()) is (approver != "Els Maes")


def test_an_object_that_may_not_be_read_is_a_finding_and_never_a_pass(town: Town, sync: Sync) -> None:
    town.jira.assets.hidden.add(in_assets(town, "1", "Cemetery register"))
    done = sync()
    assert done.exit_code == 0
    assert done.rules["ICR-00"]["unknown"] == 1


def test_assets_that_is_down_holds_back_its_own_tickets_only(town: Town, sync: Sync) -> None:
    in_assets(town, "4", "Cemetery register")
    town.servers["jira"].fail(Fault(How.ANSWER, path="/jsm/", status=500, times=99))
    done = sync()
    assert done.exit_code == 1
    assert done.sources["jira"].failed == 1
    assert done.sources["jira"].read == 2
    assert done.sources["servicenow"].read == 1
    assert any("jira-assets: answered 500" in line for line in done.problems)
    assert not town.jira.issues[town.change].comments
    town.servers["jira"].faults.clear()
    assert sync().sources["jira"].failed == 0, "it is tried again as soon as Assets answers"
    assert town.jira.issues[town.change].comments
