"""Listing and reading over HTTP: the real client against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from jira_site import START, Site, quick_client, settings_for

from connectors.jira.source import JiraSource
from domain.lifecycle import State
from domain.people import Role
from domain.ports.errors import Forbidden, NotFound, SourceError
from domain.ticket import Decision, TicketKind, TicketRef
from sandbox.jira.web import GATEWAY
from sandbox.server import Fault, How, Server


@pytest.mark.parametrize("way", [{}, {"email": "", "api_token": "", "pat": "s3cret-token"}])
def test_through_the_gateway_people_are_sent_to_the_site_itself(site, server, way):
    settings = settings_for(server.url + GATEWAY, **way)
    source = JiraSource(quick_client(settings), settings)
    (ref,) = source.census()
    assert source.read(ref).url == f"{server.url}/browse/CHG-1"


def keys(refs):
    return [ref.key for ref in refs]


def ref_of(site, key):
    issue = site.issues[key]
    return TicketRef("jira", issue.id, key, issue.updated)


def test_identity(source):
    me = source.identify()
    assert (me.id, me.name, me.timezone) == ("acc-bot", "Sluiswachter", "Europe/Brussels")


def test_a_long_listing_is_paged_to_its_end_by_token(site, server, source):
    for number in range(2, 251):
        site.add_issue("CHG", "Change", f"Wijziging {number}", by="Dirk Peeters")
    assert keys(source.changed(None)) == [f"CHG-{n}" for n in range(1, 251)]
    assert server.count("GET", "/search/jql$") == 3
    assert server.count(path=r"/search$") == 0


def test_a_listing_that_breaks_off_raises(site, server, source):
    for number in range(150):
        site.add_issue("CHG", "Change", f"Wijziging {number}", by="Dirk Peeters")
    listing = source.changed(None)
    assert next(listing).key == "CHG-1"
    server.fail(Fault(How.ANSWER, path="search/jql", times=9, status=500))
    with pytest.raises(SourceError):
        list(listing)


def test_done_issues_and_other_types_are_left_out(site, source):
    for status in ("Closed", "Canceled"):
        site.transition(site.add_issue("CHG", "Change", status, by=site.an), status, site.an)
    site.add_issue("CHG", "Incident", "Storing", by=site.an)
    site.add_issue("CHG", "Release", "Release 4.2", by=site.an)
    site.add_issue("OTHER", "Change", "Elders", by=site.an)
    assert keys(source.census()) == ["CHG-1", "CHG-5"]


def test_changed_looks_back_by_the_overlap_and_in_order(site, source):
    late = site.add_issue("CHG", "Change", "Later", by=site.an)
    site.time.later(minutes=20)
    site.set_field(site.change, "Test plan", "stappen", site.an)
    since = START + timedelta(minutes=10)
    assert keys(source.changed(since)) == [late, site.change]
    assert keys(source.changed(since + timedelta(minutes=6))) == [site.change]
    assert next(source.changed(since + timedelta(minutes=6))).updated == START + timedelta(minutes=20)


def test_a_lagging_index_hides_what_just_happened_and_the_overlap_catches_it(site, source):
    site.index_lag = timedelta(minutes=2)
    site.time.later(minutes=10)
    ran = site.time.now
    site.set_field(site.change, "Test plan", "stappen", site.an)
    assert keys(source.changed(ran)) == [site.change]
    assert next(source.changed(ran)).updated == START
    site.time.later(minutes=3)
    assert next(source.changed(ran)).updated == ran


def test_a_site_without_the_issue_types_says_which_setting_helps(server):
    settings = settings_for(server.url, issue_types=("Rollout",))
    with pytest.raises(SourceError, match="none of the issue types Rollout") as caught:
        JiraSource(quick_client(settings), settings).census()
    assert "JIRA_ISSUE_TYPES" in caught.value.fix


def test_a_project_that_does_not_exist_is_an_error_in_jiras_words(server):
    settings = settings_for(server.url, projects=("CHG", "CGH"))
    with pytest.raises(SourceError, match="The value 'CGH' does not exist for the field 'project'"):
        list(JiraSource(quick_client(settings), settings).census())


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("CHG-1", "CHG-1"),
        (" chg-1 ", "CHG-1"),
        ("CHG-99", None),
        ("CHG0030001", None),
        ("../myself", None),
        ("CHG-2", None),  # an incident
        ("OTHER-1", None),  # a project that is not watched
    ],
)
def test_find(site, source, key, found):
    site.add_issue("CHG", "Incident", "Storing", by=site.an)
    site.add_issue("OTHER", "Change", "Elders", by=site.an)
    ref = source.find(key)
    assert (ref and ref.key) == found


def test_read_gives_the_whole_ticket(site, server, source):
    site.time.later(hours=1)
    site.set_field(site.change, "Test plan", "Stap 1\nStap 2", site.an)
    site.time.later(hours=1)
    site.set_field(site.change, "Test validated by", [site.dirk], site.an)
    site.set_field(site.change, "CAB sign-off", "Approved", site.an)
    site.set_field(site.change, "Affected services", ["Loket"], site.an)
    site.transition(site.change, "Awaiting CAB approval", site.dirk)
    ticket = source.read(ref_of(site, site.change))

    assert (ticket.key, ticket.kind, ticket.state) == ("CHG-1", TicketKind.CHANGE, State.AUTHORIZE)
    assert ticket.url == f"{server.url}/browse/CHG-1"
    assert ticket.field("rollout_strategy").value == "phased"
    assert ticket.field("rollout_strategy").by.name == "Dirk Peeters"
    assert ticket.field("test_plan").value == "Stap 1\nStap 2"
    assert ticket.field("test_plan_fixed_at").value == START + timedelta(hours=1)
    assert ticket.field("test_validated_at").value == START + timedelta(hours=2)
    assert [a.name for a in ticket.assets] == ["Loket"]
    (signed,) = ticket.approvals
    assert (signed.step, signed.person.name, signed.decision, signed.at) == (
        "CAB sign-off",
        "An Willems",
        Decision.APPROVED,
        START + timedelta(hours=2),
    )


def test_a_long_history_is_read_in_full(site, server, source):
    site.time.later(hours=1)
    site.set_field(site.change, "Test plan", "stappen", site.an)
    for number in range(150):
        site.time.later(minutes=1)
        site.set_field(site.change, "Rollout strategy", f"keuze {number}", site.dirk)
    ticket = source.read(ref_of(site, site.change))
    assert ticket.field("test_plan_fixed_at").value == START + timedelta(hours=1)
    assert server.count("GET", "/changelog$") == 2


def test_service_desk_approvals(site, source):
    first = site.request_approval(site.change, "CAB approval", [site.an, site.dirk])
    site.time.later(hours=1)
    site.answer_approval(site.change, first, site.an, "approve")
    half = source.read(ref_of(site, site.change)).approvals
    assert [(a.step, a.person.name, a.decision.value, a.at) for a in half] == [
        ("CAB approval", "An Willems", "approved", None),
        ("CAB approval", "Dirk Peeters", "requested", None),
    ]
    site.answer_approval(site.change, first, site.dirk, "decline")
    done = source.read(ref_of(site, site.change)).approvals
    assert [(a.decision.value, a.at) for a in done] == [
        ("approved", START + timedelta(hours=1)),
        ("rejected", START + timedelta(hours=1)),
    ]


def test_only_the_newest_round_of_a_step_counts(site, source):
    old = site.request_approval(site.change, "CAB approval", [site.an])
    site.answer_approval(site.change, old, site.an, "approve")
    site.time.later(hours=1)
    site.request_approval(site.change, "CAB approval", [site.dirk])
    (asked,) = source.read(ref_of(site, site.change)).approvals
    assert (asked.person.name, asked.decision) == ("Dirk Peeters", Decision.REQUESTED)


def test_a_plain_project_has_no_approvals_and_that_is_readable(site, source):
    plain = site.add_issue("CHG", "Change", "Zonder portaal", by=site.an, jsm=False)
    ticket = source.read(ref_of(site, plain))
    assert ticket.approvals == () and ticket.approvals_readable


def test_a_plain_project_without_sign_off_fields_has_no_place_to_look(site, source):
    plain = site.add_issue("CHG", "Change", "Zonder portaal", by=site.an, jsm=False)
    del site.fields[site.field_id("CAB sign-off")]
    assert not source.read(ref_of(site, plain)).approvals_readable


def test_a_deleted_issue_is_not_found(site, source):
    ref = ref_of(site, site.change)
    site.delete_issue(site.change)
    with pytest.raises(NotFound):
        source.read(ref)


def test_contained_changes_come_from_links_and_sub_tasks(site, source):
    release = site.add_issue("CHG", "Release", "Release 4.2", by=site.an)
    site.link(release, site.change)
    part = site.add_issue("CHG", "Change", "Deel", by=site.an, parent=release)
    assert source.read(ref_of(site, release)).field("changes").value == (site.change, part)
    assert source.read(ref_of(site, site.change)).field("changes").value is None


def test_what_a_change_comes_from_and_what_an_incident_led_to_come_from_links(site, source):
    incident = site.add_issue("CHG", "Incident", "Uitval", by=site.an)
    later = site.add_issue("CHG", "Incident", "Gevolg", by=site.an)
    site.link(site.change, incident, outward="is caused by", inward="causes")
    site.link(later, site.change, outward="is caused by", inward="causes")
    change = source.read(ref_of(site, site.change))
    assert (change.field("born_from").value, change.field("changes").value) == ((incident,), None)
    kinds = {**source.site.kinds, "incident": TicketKind.INCIDENT}
    source._site = replace(source.site, kinds=kinds)
    led = source.read(ref_of(site, incident))
    assert (led.field("changes").value, led.field("born_from").value) == ((site.change,), None)
    # An incident that the change caused is not where the change comes from.
    assert source.read(ref_of(site, site.change)).field("born_from").value == (incident,)


def test_what_may_be_another_try_at_a_change_that_was_undone_is_what_is_linked_to_it(site, source):
    """Whatever the link says, but for what it contains; of a change that was not undone nothing is asked."""
    later = site.add_issue("CHG", "Change", "Nog eens", by=site.an)
    incident = site.add_issue("CHG", "Incident", "Uitval", by=site.an)
    part = site.add_issue("CHG", "Change", "Deel", by=site.an, parent=site.change)
    site.link(later, site.change, outward="relates to", inward="relates to")
    site.link(site.change, incident, outward="causes", inward="is caused by")
    site.link(site.change, part)
    assert source.read(ref_of(site, site.change)).field("succeeded_by").value is None
    site.set_field(site.change, "Resolution", "Rolled back", by=site.an)
    assert source.read(ref_of(site, site.change)).field("succeeded_by").value == (later,)


def test_roles_by_group_account_and_unknown_name(site, server, source):
    site.add_group("Everybody", *[site.add_user(f"Collega {n}") for n in range(120)])
    wanted = {
        Role.CAB: ["CAB", "group-that-is-elsewhere"],
        Role.DPO: [site.an.account_id],
        Role.OPERATIONS: ["Everybody"],
        Role.USERS: [],
    }
    held = source.roles(wanted)
    assert [p.name for p in held[Role.CAB].people] == ["An Willems", "Dirk Peeters"]
    assert [g.name for g in held[Role.CAB].groups] == ["CAB"]
    assert [p.id for p in held[Role.DPO].people] == [site.an.account_id]
    known = {(m.person.name, m.group, m.since) for m in held[Role.CAB].memberships}
    assert known == {("An Willems", "CAB", None), ("Dirk Peeters", "CAB", None)}
    assert [m.group for m in held[Role.DPO].memberships] == [site.an.account_id]
    assert len(held[Role.OPERATIONS].people) == 120
    assert not held[Role.USERS].configured


def test_members_that_may_not_be_read_make_the_role_unreadable(server, source):
    server.fail(Fault(How.ANSWER, path="group/member", status=403))
    assert not source.roles({Role.CAB: ["CAB"]})[Role.CAB].readable


def test_a_forbidden_issue_is_that_issues_problem_only(site, server, source):
    server.fail(Fault(How.ANSWER, path=f"issue/{site.issues['CHG-1'].id}$", status=403))
    with pytest.raises(Forbidden):
        source.read(ref_of(site, site.change))
    assert source.read(ref_of(site, site.change)).key == "CHG-1"


def test_a_date_without_a_time_is_a_day_of_the_account(site, server, source):
    """The account's zone is asked once, and only when there is such a date."""
    source.read(ref_of(site, site.change))
    assert server.count("GET", "myself") == 0
    site.add_field("Planned end", "date")
    site.set_field(site.change, "Planned end", "2026-03-09", site.an)
    settings = settings_for(server.url)
    fresh = JiraSource(quick_client(settings), settings)
    for _ in range(2):
        end = fresh.read(ref_of(site, site.change)).field("planned_end")
    assert end.value == datetime(2026, 3, 9, 22, 59, tzinfo=UTC)
    assert server.count("GET", "myself") == 1


def test_names_are_asked_for_in_one_language(site, server, source):
    source.read(ref_of(site, site.change))
    assert {
        (a.headers.get("Accept-Language"), a.headers.get("X-Force-Accept-Language")) for a in server.asked
    } == {("en", "true")}


OLD = START + timedelta(days=30)


@pytest.mark.parametrize(
    ("status", "since", "listed"),
    [
        ("In progress", OLD, True),  # open, however old
        ("Afgesloten", OLD, False),  # closed, though not done to the site; untouched since
        ("Afgesloten", START, True),  # changed since
        ("Afgesloten", None, True),  # nothing says from when on it counts
        ("Closed", START, False),  # done: never listed
    ],
)
@pytest.mark.parametrize("data_center", [False, True])
def test_what_was_closed_before_the_bot_came_is_not_listed(status, since, listed, data_center):
    site = Site(server=data_center)
    site.transition(site.change, "Afgesloten", site.an)
    site.transition(site.change, status, site.an)
    with Server(site.app) as server:
        way = {"email": "", "api_token": "", "pat": "s3cret-token"} if data_center else {}
        settings = settings_for(server.url, **way)
        refs = JiraSource(quick_client(settings), settings).census(since)
        assert [ref.key for ref in refs] == [site.change] * listed


def test_a_site_whose_closed_issues_are_done_is_asked_as_ever(site, server, source):
    list(source.census())
    list(source.census(OLD))
    asked = [a.query for a in server.asked if a.path.endswith("/search/jql")]
    assert len(asked) == 2 and len(set(asked)) == 1
