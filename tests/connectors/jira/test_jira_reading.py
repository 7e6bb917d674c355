"""Reading as real sites make it hard: pages, tokens, lag, clocks, context paths, many issues at once, fates."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from jira_site import START, Clock, Site, quick_client, settings_for

from connectors.jira.client import Client
from connectors.jira.jsm_approval_polling import ApprovalPolling
from connectors.jira.settings import Deployment
from connectors.jira.source import JiraSource
from domain.lifecycle import State
from domain.ports.errors import AuthRefused, Garbled, SourceError, Unreachable
from domain.ports.source import Fate
from domain.ticket import TicketRef
from sandbox.server import Fault, How, Server

JSON = {"Content-Type": "application/json"}


def keys(refs):
    return [ref.key for ref in refs]


def ref_of(site, key):
    issue = site.issues[key]
    return TicketRef("jira", issue.id, issue.key, issue.updated)


def page(*issues, **more):
    """A page of the enhanced search as a fault's body."""
    listed = [
        {"id": i, "key": f"CHG-{i}", "fields": {"updated": "2026-03-02T08:00:00.000+0000"}} for i in issues
    ]
    return json.dumps({"issues": listed, **more})


@pytest.fixture
def data_center():
    """A Data Center site, and the connector on it."""
    site = Site(server=True)
    with Server(site.app) as server:
        settings = settings_for(server.url, email="", api_token="", pat="s3cret-token")
        yield site, server, JiraSource(quick_client(settings), settings)


# -- which Jira it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "cloud"),
    [
        ({"deploymentType": "Cloud", "version": "1001.0.0"}, True),
        ({"deploymentType": "Server", "version": "10.3.2"}, False),
        ({"version": "7.1.0"}, False),  # old servers do not tell their kind
    ],
)
def test_which_jira_it_is_by_what_it_says(server, client, said, cloud):
    server.fail(Fault(How.ANSWER, path="serverInfo", status=200, headers=JSON, body=json.dumps(said)))
    assert client.cloud is cloud


def test_a_server_that_says_nothing_is_not_taken_for_a_data_center(server, client):
    server.fail(Fault(How.ANSWER, path="serverInfo", status=200, headers=JSON, body="{}"))
    with pytest.raises(Garbled, match="what kind of Jira") as caught:
        client.cloud  # noqa: B018
    assert "JIRA_DEPLOYMENT" in caught.value.fix
    assert client.cloud, "and it is asked again"


@pytest.mark.parametrize(("deployment", "cloud"), [(Deployment.CLOUD, True), (Deployment.DATA_CENTER, False)])
def test_which_jira_it_is_by_setting_is_not_asked(server, deployment, cloud):
    client = Client(settings_for(server.url, deployment=deployment))
    assert (client.cloud, server.count()) == (cloud, 0)


def test_data_center_below_a_context_path():
    site = Site(server=True)
    inner = site.app.wsgi_app

    def below(environ, start):
        assert environ["PATH_INFO"].startswith("/jira/"), environ["PATH_INFO"]
        return inner(environ | {"PATH_INFO": environ["PATH_INFO"].removeprefix("/jira")}, start)

    site.app.wsgi_app = below
    with Server(site.app) as server:
        settings = settings_for(f"{server.url}/jira", email="", api_token="", pat="s3cret-token")
        source = JiraSource(quick_client(settings), settings)
        (ref,) = source.census()
        assert source.read(ref).url == f"{server.url}/jira/browse/CHG-1"


# -- listing ----------------------------------------------------------------------------------------------------


def test_no_total_is_needed_or_believed_on_cloud(server, source):
    source.identify()
    for body in (
        page(1, total=1, nextPageToken="a", isLast=False),
        page(2, total=1, nextPageToken="b", isLast=True),
    ):
        server.fail(Fault(How.ANSWER, path="search/jql", status=200, headers=JSON, body=body))
    assert keys(source.changed(START)) == ["CHG-1", "CHG-2"]
    assert server.count(path="search/jql$") == 2, "a last page is the last, whatever token it carries"


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        (
            [page(1, nextPageToken="a", isLast=False), page(2, nextPageToken="a", isLast=False)],
            "repeats itself",
        ),
        ([page(1, isLast=False)], "breaks off"),
        (["{}"], "lacks the list of issues"),
    ],
)
def test_a_listing_without_a_certain_end_is_not_complete(server, source, pages, told):
    source.identify()
    for body in pages:
        server.fail(Fault(How.ANSWER, path="search/jql", status=200, headers=JSON, body=body))
    listing = source.changed(START)
    with pytest.raises(Garbled, match=told):
        list(listing)


def test_cloud_is_asked_in_epoch_milliseconds_whatever_the_zone(site, server, source):
    site.bot.timezone = "Pacific/Kiritimati"
    list(source.changed(START))
    (asked,) = [a for a in server.asked if a.path.endswith("/search/jql")]
    assert f"updated+%3E%3D+{int((START - timedelta(minutes=15)).timestamp() * 1000)}" in asked.query


@pytest.mark.parametrize(
    ("zone", "asked_for"),
    [
        ("America/New_York", "2026-03-02+02%3A45"),
        ("", "2026-03-01+07%3A45"),  # not told: a day earlier is early enough anywhere
        ("Mars/Olympus", "2026-03-01+07%3A45"),
    ],
)
def test_data_center_is_asked_in_the_accounts_own_time(data_center, zone, asked_for):
    site, server, source = data_center
    site.bot.timezone = zone or "UTC"
    told = json.dumps({"key": "JIRAUSER1", "displayName": "Sluiswachter", "timeZone": zone or None})
    server.fail(Fault(How.ANSWER, path="/myself$", status=200, headers=JSON, body=told))
    bounds = source._bounds()
    server.fail(
        Fault(How.ANSWER, path="/search$", status=200, headers=JSON, body='{"issues": [], "total": 0}')
    )
    assert bounds and list(source.changed(START)) == []
    asked = next(a for a in server.asked if a.path.endswith("/search"))
    assert asked_for in asked.query


def test_an_issue_that_changes_while_pages_are_read_makes_no_other_slip_through(data_center):
    site, _, source = data_center
    for number in range(120):
        site.time.later(seconds=1)
        site.add_issue("CHG", "Change", f"Wijziging {number}", by=site.an)
    listing, seen = source.changed(START), set()
    for ref in listing:
        if not seen:
            site.time.later(minutes=1)
            site.set_field(site.change, "Test plan", "stappen", site.an)
        seen.add(ref.key)
    assert seen == set(site.issues)


def test_a_page_smaller_than_asked_for_is_taken_for_what_it_is(data_center):
    _, server, source = data_center
    source.identify()
    for start in (0, 2, 4):
        rows = [
            {"id": str(n), "key": f"CHG-{n}", "fields": {"updated": "2026-03-02T08:00:00.000+0000"}}
            for n in range(start, min(start + 2, 5))
        ]
        body = json.dumps({"startAt": start, "maxResults": 2, "total": 5, "issues": rows})
        server.fail(Fault(How.ANSWER, path="/search$", status=200, headers=JSON, body=body))
    assert keys(source.changed(START)) == [f"CHG-{n}" for n in range(5)]


def test_a_quiet_cycle_asks_who_we_are_and_one_page(site, server, source):
    source.identify()
    list(source.changed(START))
    asked = server.count()
    source.identify()
    list(source.changed(START))
    assert [a.path.rpartition("/")[2] for a in server.asked[asked:]] == ["myself", "jql"]


def test_every_listing_by_itself_asks_who_we_are_first(site, server, source):
    list(source.changed(START))
    list(source.changed(START))
    assert server.count(path="/myself$") == 2


def test_issue_types_and_fields_made_since_are_known_after_a_census(site, source):
    assert keys(source.changed(START)) == ["CHG-1"]
    site.add_issue("CHG", "Release", "Release 4.2", by=site.an)
    site.add_field("Backout plan", "text")
    assert keys(source.census()) == ["CHG-1", "CHG-2"]
    assert source.site.fields.found["fallback_plan"]


def test_a_long_query_goes_into_the_body(site, server):
    projects = ["CHG", *(f"PROJECT{number}" for number in range(300))]
    site.projects.update(dict.fromkeys(projects, True))
    source = JiraSource(
        quick_client(settings_for(server.url, projects=projects)), settings_for(server.url, projects=projects)
    )
    assert keys(source.changed(START)) == ["CHG-1"]
    assert (server.count("POST", "search/jql$"), server.count("GET", "search/jql$")) == (1, 0)


def test_a_long_query_goes_into_the_body_on_data_center(data_center):
    site, server, source = data_center
    projects = ["CHG", *(f"PROJECT{number}" for number in range(300))]
    site.projects.update(dict.fromkeys(projects, True))
    source.settings = source.settings.model_copy(update={"projects": tuple(projects)})
    assert keys(source.changed(START)) == ["CHG-1"]
    assert server.count("POST", "/search$") == 1


def test_every_answer_is_asked_for_in_english(site, server, source):
    source.read(next(source.changed(START)))
    spoken = {
        (a.headers.get("Accept-Language"), a.headers.get("X-Force-Accept-Language")) for a in server.asked
    }
    assert spoken == {("en", "true")}


# -- reading ----------------------------------------------------------------------------------------------------


def test_a_plain_project_costs_one_request_and_a_service_project_two(site, server, source):
    plain = site.add_issue("OPS", "Change", "Zonder portaal", by=site.an, jsm=False)
    assert source.site
    for key, requests in ((plain, 1), (site.change, 2)):
        asked = server.count()
        source.read(ref_of(site, key))
        assert server.count() - asked == requests


def test_many_issues_come_in_one_request_each_read_once(site, server, source):
    refs = [ref_of(site, site.change)]
    for number in range(3):
        refs.append(
            ref_of(site, site.add_issue("CHG", "Change", f"Wijziging {number}", by=site.an, jsm=False))
        )
    singly = [source.read(ref) for ref in refs]
    asked = server.count(path=r"/issue/\d+$")
    source.ahead(refs)
    assert [source.read(ref) for ref in refs] == singly
    assert (server.count(path=r"/issue/\d+$") - asked, server.count(path="bulkfetch$")) == (0, 1)
    source.read(refs[0])
    assert server.count(path=r"/issue/\d+$") - asked == 1, "what was fetched grows old"


def test_a_long_history_is_read_in_full_when_many_come_at_once(site, source):
    other = site.add_issue("CHG", "Change", "Tweede", by=site.an)
    site.time.later(hours=1)
    site.set_field(site.change, "Test plan", "stappen", site.an)
    for number in range(60):
        site.time.later(minutes=1)
        site.set_field(site.change, "Rollout strategy", f"keuze {number}", site.dirk)
    refs = [ref_of(site, site.change), ref_of(site, other)]
    source.ahead(refs)
    assert source.read(refs[0]).field("test_plan_fixed_at").value == START + timedelta(hours=1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.ANSWER, status=400),
        Fault(How.ANSWER, status=404),
        Fault(How.TRUNCATE),
        Fault(How.ANSWER, status=200, headers=JSON, body='{"issues": []}'),
    ],
)
def test_what_cannot_be_had_at_once_is_read_singly(site, server, source, fault):
    refs = [ref_of(site, site.change), ref_of(site, site.add_issue("CHG", "Change", "Tweede", by=site.an))]
    fault.path = "bulkfetch$"
    server.fail(fault)
    source.ahead(refs)
    assert [source.read(ref).key for ref in refs] == ["CHG-1", "CHG-2"]


def test_an_issue_on_which_jira_breaks_is_no_outage(site, server, source):
    refs = [
        ref_of(site, site.change),
        *(ref_of(site, site.add_issue("CHG", "Change", f"Nog een {n}", by=site.an)) for n in range(8)),
    ]
    server.fail(Fault(How.ANSWER, path=f"bulkfetch|issue/({refs[0].id}|{refs[1].id})", status=500, times=999))
    source.ahead(refs)
    for ref in refs[:2]:
        with pytest.raises(SourceError, match="for this ticket alone") as broken:
            source.read(ref)
        assert not isinstance(broken.value, Unreachable)
    assert [source.read(ref).id for ref in refs[2:]] == [ref.id for ref in refs[2:]]


def test_a_site_that_breaks_on_issue_after_issue_is_down(site, server, source):
    refs = [ref_of(site, site.add_issue("CHG", "Change", f"Nog een {n}", by=site.an)) for n in range(6)]
    server.fail(Fault(How.ANSWER, path="/issue/", status=500, times=999))
    kinds = []
    for ref in refs:
        with pytest.raises(SourceError) as broken:
            source.read(ref)
        kinds.append(isinstance(broken.value, Unreachable))
    assert kinds == [False] * 5 + [True]


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 406, 200])
@pytest.mark.parametrize("shows", [True, False], ids=["shows approvals", "shows none"])
def test_a_site_without_an_api_for_approvals_costs_no_issue(site, server, client, status, shows):
    if shows:
        site.add_field("Approvals", "approvals")
        site.request_approval(site.change, "CAB approval", [site.dirk])
    source = JiraSource(client, settings_for(server.url))
    body = {"errorMessages": ["no such thing"]}
    server.fail(Fault(How.ANSWER, path="/approval$", status=status, body=json.dumps(body), headers=JSON))
    ticket = source.read(ref_of(site, site.change))
    assert ticket.key == "CHG-1"
    assert ticket.approvals_readable is (not shows and status != 200)


def test_a_web_page_in_the_place_of_approvals_costs_no_issue(site, server, source):
    server.fail(Fault(How.ANSWER, path="/approval$", status=200, body="<p>Help Center"))
    assert not source.read(ref_of(site, site.change)).approvals_readable


def test_data_center_reads_singly(data_center):
    site, server, source = data_center
    refs = [ref_of(site, site.change)] * 2
    source.ahead(refs)
    assert source.read(refs[0]).key == "CHG-1"
    assert server.count("POST") == 0


def test_data_center_gives_a_long_history_at_once(data_center):
    site, server, source = data_center
    site.time.later(hours=1)
    site.set_field(site.change, "Test plan", "stappen", site.an)
    for number in range(60):
        site.time.later(minutes=1)
        site.set_field(site.change, "Rollout strategy", f"keuze {number}", site.dirk)
    ticket = source.read(ref_of(site, site.change))
    assert ticket.field("test_plan_fixed_at").value == START + timedelta(hours=1)
    assert server.count(path="/changelog$") == 0


@pytest.mark.parametrize("told", [0, 1])
def test_a_history_of_which_the_end_does_not_come_is_not_whole(data_center, told):
    _, _, source = data_center
    kept = [{"id": "1", "items": []}] * told
    for total, whole in ((told, True), (told + 1, False)):
        issue = {"id": "10", "changelog": {"histories": kept, "total": total}}
        assert source._changes(issue) == (kept, whole)


def test_approvals_are_asked_for_as_data_center_wants_it(data_center):
    site, server, source = data_center
    source.read(ref_of(site, site.change))
    (asked,) = [a for a in server.asked if a.path.endswith("/approval")]
    assert asked.headers["X-Experimentalapi"] == "opt-in"


# -- answers to approvals ---------------------------------------------------------------------------------------


@pytest.fixture
def asked(site):
    """A change that waits for the CAB since long, on a site that shows approvals in a field."""
    site.add_field("Approvals", "approvals")
    site.transition(site.change, "Awaiting approval", site.an)
    return site.request_approval(site.change, "CAB approval", [site.dirk])


def test_an_answer_that_moves_no_stamp_is_noticed(site, server, source, asked):
    site.time.later(hours=5)
    now = START + timedelta(hours=5)
    (before,) = source.changed(now)
    assert before.key == "CHG-1" and before.version
    site.answer_approval(site.change, asked, site.dirk, "approve")
    (ref,) = source.census()
    assert (ref.updated, ref.version == before.version) == (before.updated, False)
    assert source.find("CHG-1") == ref, "told the same however it is come by"


def test_waiting_issues_are_listed_now_and_then_in_the_same_request(site, server, source, asked):
    clock = Clock()
    source._answers = ApprovalPolling(source.client, 60, lambda: clock().timestamp())
    site.time.later(hours=5)
    now = START + timedelta(hours=5)
    seen = []
    for minutes in (0, 30, 29, 1):
        clock.later(minutes=minutes)
        searches = server.count(path="search/jql$")
        seen.append((keys(source.changed(now)), server.count(path="search/jql$") - searches))
    assert seen == [(["CHG-1"], 1), ([], 1), ([], 1), (["CHG-1"], 1)]


@pytest.mark.parametrize("way", ["never", "no service management", "no such status"])
def test_nothing_more_is_listed_where_nothing_can_wait(site, server, way):
    if way != "no service management":
        site.add_field("Approvals", "approvals")
    if way != "no such status":
        site.transition(site.change, "Awaiting approval", site.an)
    settings = settings_for(server.url, approvals_minutes=0 if way == "never" else 60)
    source = JiraSource(quick_client(settings), settings)
    site.time.later(hours=5)
    assert keys(source.changed(START + timedelta(hours=5))) == []


# -- fates ------------------------------------------------------------------------------------------------------


def test_what_became_of_an_issue(site, source):
    assert source.site
    ref = ref_of(site, site.change)
    assert source.fate(ref) == (Fate.OPEN, ref)
    site.transition(site.change, "Closed", site.an)
    assert source.fate(ref) == (Fate.OVER, ref)
    assert source.read(ref).state is State.CLOSED


def test_an_issue_that_moves_keeps_its_id(site, source):
    ref = ref_of(site, site.change)
    away = site.move_issue(site.change, "OPS", site.an)
    assert source.fate(ref) == (Fate.MOVED, ref_of(site, away))
    back = site.move_issue(away, "CHG", site.an)
    assert source.fate(ref) == (Fate.OPEN, ref_of(site, back))
    assert source.find(site.change).key == back, "people may still call it by its old key"


def test_deleted_and_hidden_answer_alike_and_are_told_apart_by_the_project(site, server, source):
    ref = ref_of(site, site.change)
    site.delete_issue(site.change)
    assert source.fate(ref) == (Fate.ABSENT, None)
    source._fates.forget()
    site.deny("BROWSE_PROJECTS", "CHG")
    asked = server.count()
    assert [source.fate(ref) for _ in range(50)] == [(Fate.HIDDEN, None)] * 50
    assert server.count() - asked == 2, "a project lost from sight is asked for once"
    list(source.census())
    site.denied.clear()
    list(source.census())
    assert source.fate(ref) == (Fate.ABSENT, None), "permissions are asked anew in every census"


def test_a_project_that_is_gone_hides_its_issues(site, source):
    ref = ref_of(site, site.change)
    site.delete_issue(site.change)
    del site.projects["CHG"]
    assert source.fate(ref) == (Fate.HIDDEN, None)


@pytest.mark.parametrize("path", [r"/issue/\d+$", "/mypermissions$"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.ANSWER, status=404, headers={"X-Seraph-Loginreason": "AUTHENTICATED_FAILED"}),
        Fault(How.ANSWER, status=404, headers={"X-AUSERNAME": "anonymous"}),
        Fault(How.ANSWER, status=500),
        Fault(How.ANSWER, status=401),
    ],
)
def test_in_doubt_no_fate_is_concluded(site, server, source, path, fault):
    ref = ref_of(site, site.change)
    source.identify()
    site.delete_issue(site.change)
    server.fail(Fault(fault.how, path=path, status=fault.status, headers=fault.headers))
    with pytest.raises(SourceError):
        source.fate(ref)


def test_a_stranger_who_sees_no_approvals_is_not_told_that_there_are_none(server, site, source):
    assert source.site
    headers = {"X-Seraph-Loginreason": "AUTHENTICATED_FAILED"}
    server.fail(Fault(How.ANSWER, path="/approval$", status=403, headers=headers))
    with pytest.raises(AuthRefused):
        source.read(ref_of(site, site.change))
