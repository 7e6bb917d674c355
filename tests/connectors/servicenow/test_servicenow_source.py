"""Listing and reading over HTTP with the real library: complete, or an error; never a silent half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from servicenow_helpers import START, Instance, Tools

from connectors.servicenow import statuses
from domain.lifecycle import State
from domain.people import Group, Person, Role
from domain.ports.errors import AuthRefused, Garbled, NotFound
from domain.ticket import TicketKind
from sandbox.server import Server


def test_a_change_is_read_in_full(instance: Instance, tools: Tools, server: Server) -> None:
    ticket = tools.read(instance.number)
    assert (ticket.kind, ticket.state, ticket.status) == (TicketKind.CHANGE, State.DRAFT, "New")
    assert ticket.summary == "Nieuwe versie van de kassa"
    assert (ticket.created, ticket.updated) == (START, START)
    assert ticket.url.startswith(f"{server.url}/nav_to.do?uri=change_request.do%3Fsys_id%3D{instance.change}")
    assert ticket.field("requester").value == (Person(instance.dirk, "Dirk Peeters"),)
    assert ticket.field("responsible_group").value == (Group(instance.team, "Applicatiebeheer"),)
    assert ticket.field("application_owner").value == (Person(instance.jan, "Jan Maes"),)
    assert ticket.field("rollout_strategy").value == "phased"
    assert ticket.field("change_type").value == "normal"
    assert ticket.field("planned_start").value == START + timedelta(days=10)  # though shown in Brussels time
    assert ticket.team == "Applicatiebeheer"


def test_an_absent_column_is_unreadable_and_an_empty_one_is_empty(instance: Instance, tools: Tools) -> None:
    instance.access.hidden_columns.add(("change_request", "u_test_data"))
    ticket = tools.read(instance.number)
    seen = {
        name: (ticket.field(name).readable, ticket.field(name).filled)
        for name in ("test_data", "test_result")
    }
    assert seen == {"test_data": (False, False), "test_result": (True, False)}


def test_the_priority_and_the_mark_of_a_security_incident(instance: Instance, tools: Tools) -> None:
    instance.set("change_request", instance.change, priority="1", u_security_incident="true")
    ticket = tools.read(instance.number)
    priority = ticket.field("incident_priority")
    assert (priority.value, priority.where) == ("highest", "priority")
    assert ticket.field("security_incident").value is True


def test_the_template_of_a_standard_change_is_read(instance: Instance, tools: Tools, configured) -> None:
    template = instance.add_template("Renew a certificate")
    instance.set("change_request", instance.change, std_change_producer_version=template)
    seen = tools.read(instance.number).preapproval
    assert (seen.value, seen.where) == ("Renew a certificate", "std_change_producer_version")
    instance.set("change_request", instance.change, std_change_producer_version="")
    assert (tools.read(instance.number).preapproval.readable, tools.read(instance.number).preapproval.filled) == (
        True, False,
    )  # fmt: skip
    instance.access.hidden_columns.add(("change_request", "std_change_producer_version"))
    assert not tools.read(instance.number).preapproval.readable
    other = configured(fields={"preapproval": "u_release_package"})
    instance.set("change_request", instance.change, u_release_package="Model 7")
    assert other.read(instance.number).preapproval.value == "Model 7"


@pytest.mark.parametrize(
    ("category", "patch"), [("Patch", True), ("patch", True), ("Software", False), ("", False)]
)
def test_a_patch_is_known_by_its_category(
    instance: Instance, tools: Tools, category: str, patch: bool
) -> None:
    instance.set("change_request", instance.change, category=category)
    assert (tools.read(instance.number).field("patch").value or False) is patch


def test_stamps_that_are_hidden_are_told_once_for_the_system(instance: Instance, tools: Tools) -> None:
    instance.access.hidden_columns.add(("change_request", "sys_updated_on"))
    with pytest.raises(Garbled, match="sys_updated_on is not shown"):
        list(tools.source.census())


def test_an_incident_as_parent_is_where_a_change_comes_from(instance: Instance, tools: Tools) -> None:
    assert (tools.read(instance.number).field("born_from").value, True) == (None, True)
    incident = instance.state.insert("incident", {"number": "INC0000001", "sys_class_name": "incident"})
    instance.set("change_request", instance.change, parent=incident)
    seen = tools.read(instance.number).field("born_from")
    assert (seen.value, seen.where) == (("INC0000001",), "parent")
    release = instance.add_release()
    instance.set("change_request", instance.change, parent=release)
    assert tools.read(instance.number).field("born_from").value is None


@pytest.mark.parametrize(
    ("size", "hidden", "seen"),
    [(2, range(0), 9), (2, range(1, 3), 7), (2, range(0, 6), 3), (3, range(2, 9), 2), (1, range(3, 8), 4)],
)
def test_a_listing_survives_short_and_empty_pages(
    instance: Instance, configured, size: int, hidden: range, seen: int
) -> None:
    changes = sorted([instance.change, *(instance.add_change() for _ in range(8))])
    instance.access.hidden_rows |= {changes[i] for i in hidden}
    found = list(configured(page_size=size).source.census())
    assert [ref.id for ref in found] == [
        f"change_request:{c}" for c in changes if c not in instance.access.hidden_rows
    ]
    assert len(found) == seen


def test_pages_are_not_shifted_by_a_ticket_that_leaves_the_list(instance: Instance, configured) -> None:
    changes = sorted([instance.change, *(instance.add_change() for _ in range(5))])
    listing = configured(page_size=2).source.census()
    first = [next(listing), next(listing)]
    instance.set("change_request", changes[0], state=3)  # closed: what follows moves up one place
    assert [ref.id[-32:] for ref in (*first, *listing)] == changes


def test_changed_unites_the_tickets_stamps_with_those_of_approvals_and_items(
    instance: Instance, tools: Tools
) -> None:
    quiet, asked, linked = (instance.add_change() for _ in range(3))
    instance.later(days=1)
    since = instance.now
    instance.request_approval(asked, instance.an)
    instance.add_affected_ci(linked, instance.kassa)
    instance.set("change_request", instance.change, description="Meer uitleg")
    found = {ref.id[-32:] for ref in tools.source.changed(since)}
    assert found == {asked, linked, instance.change}
    assert quiet in {ref.id[-32:] for ref in tools.source.changed(None)}


def test_a_closed_ticket_is_in_what_changed_but_not_in_the_census(instance: Instance, tools: Tools) -> None:
    instance.set("change_request", instance.change, state=3)
    assert [ref.key for ref in tools.source.changed(START)] == [instance.number]
    assert list(tools.source.census()) == []


def test_the_scope_narrows_both_lists(instance: Instance, configured) -> None:
    other = instance.add_change(type="standard", assignment_group=instance.cab)
    source = configured(query="assignment_group.name=CAB^typeINstandard,emergency").source
    assert [ref.id[-32:] for ref in source.census()] == [other]
    assert [ref.id[-32:] for ref in source.changed(START)] == [other]


def test_the_version_tells_apart_two_states_with_one_stamp(instance: Instance, tools: Tools) -> None:
    before = tools.source.find(instance.number)
    instance.set("change_request", instance.change, description="anders")
    after = tools.source.find(instance.number)
    assert before and after
    assert (before.updated, before.version, after.version) == (after.updated, "0", "1")


def test_releases_come_with_their_changes_and_are_skipped_where_the_plugin_is_absent(
    instance: Instance, tools: Tools
) -> None:
    release = instance.add_release(short_description="Voorjaar")
    instance.set("change_request", instance.change, parent=release)
    ticket = tools.read(instance.row("rm_release", release)["number"])
    assert (ticket.kind, ticket.field("changes").value) == (TicketKind.RELEASE, (instance.number,))
    instance.access.missing_tables.add("rm_release")
    assert [ref.key for ref in tools.source.census()] == [instance.number]


@pytest.mark.parametrize("key", ["CHG999", "CHG1^ORactive=true", "", "javascript:gs.getUserID()", "CHG 1"])
def test_find_gives_none_for_what_is_no_number_here(tools: Tools, key: str) -> None:
    assert tools.source.find(key) is None


def test_a_hidden_ticket_is_not_found(instance: Instance, tools: Tools) -> None:
    ref = tools.source.find(instance.number)
    assert ref
    instance.access.hidden_rows.add(instance.change)
    with pytest.raises(NotFound):
        tools.source.read(ref)


def test_a_visitor_learns_nothing(instance: Instance, configured) -> None:
    instance.access.anonymous_answers = True
    source = configured(password="wrong").source
    with pytest.raises(AuthRefused):
        source.identify()
    with pytest.raises(AuthRefused):
        list(source.census())
    with pytest.raises(AuthRefused):
        list(source.changed(START))


@pytest.mark.parametrize(
    ("table", "number", "label", "own", "state"),
    [
        ("change_request", "-5", "New", {}, State.DRAFT),
        ("change_request", "-4", "Assess", {}, State.ASSESS),
        ("change_request", "-3", "Authorize", {}, State.AUTHORIZE),
        ("change_request", "-2", "Scheduled", {}, State.SCHEDULED),
        ("change_request", "-1", "Implement", {}, State.IMPLEMENT),
        ("change_request", "0", "Review", {}, State.REVIEW),
        ("change_request", "3", "Closed", {}, State.CLOSED),
        ("change_request", "4", "Canceled", {}, State.CANCELED),
        ("change_request", "-1", "Uitvoeren", {}, State.IMPLEMENT),
        ("change_request", "12", "Implement", {}, State.IMPLEMENT),  # a change model's own number
        ("change_request", "-2", "Wachtrij", {}, State.SCHEDULED),  # an unknown label: the legacy number
        ("change_request", "12", "Wachtrij", {}, State.ASSESS),  # neither: no gate is reached on a guess
        ("change_request", "12", "Wachtrij", {"wachtrij": State.SCHEDULED}, State.SCHEDULED),
        ("change_request", "-1", "Implement", {"implement": State.REVIEW}, State.REVIEW),
        ("rm_release", "2", "Work in Progress", {}, State.IMPLEMENT),
        ("rm_release", "7", "", {}, State.CANCELED),
    ],
)
def test_states(table: str, number: str, label: str, own: dict[str, State], state: State) -> None:
    assert statuses.of(table, number, [label], own, active=True) is state


def test_roles_by_group_name_sys_id_and_user_name(instance: Instance, tools: Tools) -> None:
    gone = instance.add_user("Piet Jacobs", active=False)
    instance.state.insert("sys_user_grmember", {"group": instance.cab, "user": gone})
    wanted = {
        Role.CAB: ["CAB"],
        Role.OPERATIONS: [instance.team],
        Role.DPO: ["an.willems", "Nergens"],
        Role.USERS: ["Nergens"],
        Role.KETEN_CAB: ["CAB^ORactive=true", "javascript:gs.getUserID()"],
    }
    found = tools.source.roles(wanted)
    names = {role: sorted(p.name for p in members.people) for role, members in found.items()}
    assert names == {
        Role.CAB: ["An Willems", "Jan Maes", "Piet Jacobs"],
        Role.OPERATIONS: ["Dirk Peeters"],
        Role.DPO: ["An Willems"],
    }
    assert [p.active for p in found[Role.CAB].people if p.name == "Piet Jacobs"] == [False]
    assert found[Role.CAB].groups == (Group(instance.cab, "CAB"),)
    assert all(members.readable for members in found.values())


def test_since_when_somebody_belongs_to_a_group_is_told_by_its_row(instance: Instance, tools: Tools) -> None:
    instance.later(days=3)
    new = instance.add_user("Piet Jacobs")
    instance.state.insert("sys_user_grmember", {"group": instance.cab, "user": new})
    held = tools.source.roles({Role.CAB: ["CAB", "dirk.peeters"]})[Role.CAB]
    assert sorted((m.person.name, m.group, m.since, m.told) for m in held.memberships if m.since) == [
        ("An Willems", instance.cab, START, True),
        ("Jan Maes", instance.cab, START, True),
        ("Piet Jacobs", instance.cab, START + timedelta(days=3), True),
    ]
    (named,) = (m for m in held.memberships if not m.told)
    assert (named.person.name, named.group, named.since) == ("Dirk Peeters", instance.dirk, None)
    instance.access.hidden_columns.add(("sys_user_grmember", "sys_created_on"))
    hidden = tools.source.roles({Role.CAB: ["CAB"]})[Role.CAB].memberships
    assert {(m.since, m.told) for m in hidden} == {(None, False)}


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables"])
def test_a_group_whose_members_are_hidden_proves_nothing(instance: Instance, tools: Tools, how: str) -> None:
    getattr(instance.access, how).add("sys_user_grmember")
    assert tools.source.roles({Role.CAB: ["CAB"]})[Role.CAB].readable is False


def test_the_audit_trail_tells_who_and_when(instance: Instance, tools: Tools) -> None:
    instance.later(days=1)
    instance.set(
        "change_request",
        instance.change,
        "dirk.peeters",
        test_plan="Zie bijlage",
        u_test_validated_by=instance.an,
    )
    instance.later(days=1)
    instance.set("change_request", instance.change, "an.willems", test_plan="Zie bijlage 2")
    ticket = tools.read(instance.number)
    plan = ticket.field("test_plan")
    assert (plan.by, plan.at) == (Person(instance.an, "An Willems"), START + timedelta(days=2))
    assert ticket.field("test_plan_fixed_at").value == START + timedelta(days=1)
    assert ticket.field("test_validated_at").value == START + timedelta(days=1)
    assert ticket.field("requester").at == START


def verifier(tools: Tools, number: str) -> tuple[bool, tuple[str, ...]]:
    field = tools.read(number).field("verified_by")
    return field.readable, tuple(person.name for person in field.value or ())


def test_who_verified_is_named_or_wrote_the_verification_down_first(instance: Instance, tools: Tools) -> None:
    change = ("change_request", instance.change)
    assert verifier(tools, instance.number) == (True, ())
    instance.later(days=1)
    instance.set(*change, "dirk.peeters", u_post_verification="n/a")
    assert verifier(tools, instance.number) == (True, ())
    instance.later(minutes=1)
    instance.set(*change, "an.willems", u_post_verification="Rooktest gedaan")
    instance.later(minutes=1)
    instance.set(*change, "dirk.peeters", u_post_verification="Rooktest gedaan en gelogd")
    assert verifier(tools, instance.number) == (True, ("An Willems",))
    instance.access.hidden_columns.add(("change_request", "u_verified_by"))
    assert verifier(tools, instance.number) == (True, ("An Willems",))
    instance.access.hidden_tables.add("sys_audit")
    assert verifier(tools, instance.number) == (False, ())
    instance.access.hidden_columns.clear()
    assert verifier(tools, instance.number) == (True, ())
    instance.set(*change, "dirk.peeters", u_verified_by=instance.jan)
    assert verifier(tools, instance.number) == (True, ("Jan Maes",))


def test_without_an_audit_trail_nobody_is_named(instance: Instance, tools: Tools) -> None:
    instance.set("change_request", instance.change, "dirk.peeters", test_plan="Zie bijlage")
    instance.access.hidden_tables.add("sys_audit")
    ticket = tools.read(instance.number)
    assert (ticket.field("test_plan").by, ticket.field("test_plan").at) == (None, None)
    assert not ticket.field("test_plan_fixed_at").filled


def test_a_release_knows_when_its_changes_were_added_as_far_as_the_audit_trail_tells(
    instance: Instance, tools: Tools
) -> None:
    release = instance.add_release(short_description="Voorjaar")
    instance.add_change(short_description="Mee gemaakt", parent=release)
    instance.later(hours=2)
    instance.set("change_request", instance.change, "dirk.peeters", parent=release)
    number = instance.row("rm_release", release)["number"]
    steps = [s for s in tools.read(number).history if s.field == "changes"]
    assert [(s.before, s.after, s.by and s.by.name, s.at) for s in steps] == [
        ("", instance.number, "Dirk Peeters", instance.now)
    ]
    instance.access.forbidden_tables.add("sys_audit")
    assert [s for s in tools.read(number).history if s.field == "changes"] == []


def test_what_hangs_on_a_ticket_gives_it_a_version_of_its_own(instance: Instance, tools: Tools) -> None:
    release = instance.add_release(short_description="Voorjaar")
    instance.later(hours=1)
    before = {ref.id: ref for ref in tools.source.census()}
    instance.set("change_request", instance.change, parent=release)
    instance.request_approval(instance.change, instance.an)
    instance.later(minutes=1)
    after = {ref.id: ref for ref in tools.source.changed(instance.now)}
    for key in (f"rm_release:{release}", f"change_request:{instance.change}"):
        assert after[key].version != before[key].version
    assert after[f"rm_release:{release}"].updated == before[f"rm_release:{release}"].updated
    assert {ref.id: ref for ref in tools.source.changed(instance.now)} == after


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("els.maes@example.org", True),
        ("Els.Maes@Example.org", True),
        ("els.maes@example", False),
        ("gone.user@example.org", False),
        ("a@example.org^ORactive=true", False),
        ("", False),
    ],
)
def test_whose_account_has_an_address(instance, tools, asked, found):
    els = instance.add_user("Els Maes")
    gone = instance.add_user("Gone User")
    instance.set("sys_user", gone, active=False)
    person = tools.source.account(asked)
    assert (person and person.id) == (els if found else None)


@pytest.mark.parametrize(
    ("columns", "field", "moment"),
    [
        # A day without a time ends when it ends in Brussels (UTC+1), and begins when it begins.
        ({"end_date": "2026-03-14"}, "planned_end", datetime(2026, 3, 14, 22, 59, tzinfo=UTC)),
        ({"u_pull_until": "2026-07-14"}, "pull_until", datetime(2026, 7, 14, 21, 59, tzinfo=UTC)),
        ({"u_deadline": "2026-03-14"}, "deadline", datetime(2026, 3, 14, 22, 59, tzinfo=UTC)),
        ({"start_date": "2026-03-14"}, "planned_start", datetime(2026, 3, 13, 23, 0, tzinfo=UTC)),
        ({"end_date": "2026-03-14 10:00:00"}, "planned_end", datetime(2026, 3, 14, 10, 0, tzinfo=UTC)),
        # The later of what somebody wrote and the last change of the result.
        ({"u_tested_at": START - timedelta(days=1), "u_test_result": "passed"}, "tested_at", START),
        (
            {"u_tested_at": START + timedelta(days=1), "u_test_result": "passed"},
            "tested_at",
            START + timedelta(days=1),
        ),
        ({"u_acceptance_result": "accepted"}, "accepted_at", START),
        ({"u_accepted_at": START}, "accepted_at", START),
        ({"u_test_result": ""}, "tested_at", None),
    ],
)
def test_moments(instance: Instance, tools: Tools, columns: dict[str, Any], field: str, moment: Any) -> None:
    instance.set("change_request", instance.change, **columns)
    assert tools.read(instance.number).field(field).moment == moment


def test_when_it_was_validated_is_when_the_validator_was_named(instance: Instance, tools: Tools) -> None:
    instance.later(days=1)
    validated = {"u_test_validated_by": instance.an, "u_test_validated_at": START + timedelta(days=9)}
    instance.set("change_request", instance.change, **validated)
    assert tools.read(instance.number).field("test_validated_at").moment == START + timedelta(days=1)
    # Named when the change was made, somebody was to validate; a column alone says when they did.
    other = instance.add_change(short_description="Andere", **validated)
    instance.set("change_request", other, test_plan="Stap 1")
    number = instance.row("change_request", other)["number"]
    assert tools.read(number).field("test_validated_at").moment == START + timedelta(days=9)
