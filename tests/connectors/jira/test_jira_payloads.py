"""Payloads published by others, recorded on real sites, go through the mapping."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jira_site import settings_for

from connectors.jira.approvals import records
from connectors.jira.assets.register import _ID
from connectors.jira.client import account_id, rows
from connectors.jira.fields import SiteField, resolve, site_fields
from connectors.jira.history import steps_of
from connectors.jira.mapping import Raw, Site, ticket
from connectors.jira.values import read, words
from domain.fields import FIELDS, Kind
from domain.ports.errors import Forbidden, NotFound, SourceError, Unreachable
from domain.ticket import Decision
from sandbox.server import Fault, How

PAYLOADS = Path(__file__).parents[3] / ".." / "shared" / "payloads" / "jira"
pytestmark = pytest.mark.skipif(not PAYLOADS.exists(), reason="the recorded payloads are not here")


def load(name):
    return json.loads((PAYLOADS / name).read_text())


def mapped(issue, fields):
    site = Site("https://jira.example", resolve(fields, settings_for("https://jira.example")), {}, {})
    return ticket(Raw(issue, (issue.get("changelog") or {}).get("histories", []), None), site)


def test_a_service_management_site_with_both_pairs_of_planning_fields():
    issue = load("cloud_v3_issue_itsm_names.json")
    fields = [SiteField(field_id, name) for field_id, name in issue["names"].items()]
    seen = mapped(issue, fields)
    assert seen.key == "COMPANYSA-35"
    assert seen.field("planned_start").readable and not seen.field("planned_start").filled
    assert seen.field("requester").readable is ("reporter" in issue["names"])
    assert seen.updated.utcoffset().total_seconds() == 0


def test_an_error_in_a_service_level_field_is_not_a_value():
    issue = load("cloud_v3_issue_itsm_names.json")
    fields = [SiteField("customfield_10074", "Test plan")]
    assert not mapped(issue, fields).field("test_plan").readable


@pytest.mark.parametrize(
    "name", ["cloud_v3_issue_gateway.json", "dc_v2_issue.json", "cloud_agile_issue_K5-4.json"]
)
def test_issues_of_other_sites(name):
    issue = load(name)
    seen = mapped(issue, [SiteField(f, f.capitalize()) for f in ("description", "reporter", "assignee")])
    assert seen.key == issue["key"] and seen.status == issue["fields"]["status"]["name"]
    assert seen.field("requester").filled is bool(issue["fields"].get("reporter"))


def test_changelog_rows():
    steps = steps_of(load("cloud_v3_changelog_rows.json"))
    assert [(s.field_id, s.at.hour) for s in steps][-1] == ("customfield_10020", 3)
    assert steps[0].by is None  # an author whose account id was emptied is nobody
    assert steps[-1].by.name == "Runjuu"


def test_the_service_desk_example_of_approvals():
    seen = records(load("jsm_approvals_page.json")["values"]).approvals
    assert {(a.step, a.decision) for a in seen} >= {
        ("Please approve this request", Decision.APPROVED),
        ("Waiting for approval", Decision.REJECTED),
    }
    declined = [a for a in seen if a.step == "Waiting for approval"]
    assert [(a.person is None, a.decision) for a in declined] == [
        (True, Decision.REJECTED),
        (False, Decision.REQUESTED),
    ]


def test_field_lists():
    assert [f.name for f in site_fields(load("dc_fields_small.json"))] == ["Description", "Summary"]
    assert all(f.id for f in site_fields(load("dc_v2_fields_devlake.json")))


def test_comments():
    page = load("cloud_v3_comments_page.json")
    assert words(page["comments"][0]["body"]) == "Hello there"
    assert account_id(page["comments"][0]["author"]) == "dummy_account_id"


def test_a_data_center_user_is_known_by_key():
    assert account_id(load("dc_v2_user.json")) == "JIRAUSER10000"


ISSUES = [
    "cloud_v3_issue_itsm_names.json",
    "cloud_v3_issue_gateway.json",
    "dc_v2_issue.json",
    "cloud_agile_issue_K5-4.json",
]
BY_KIND = {spec.kind: name for name, spec in FIELDS.items()}


@pytest.mark.parametrize("name", ISSUES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_value_of_a_recorded_issue_reads_as_any_kind(name, kind):
    for field_id, raw in load(name)["fields"].items():
        seen = read(BY_KIND[kind], raw, field_id)
        failed = isinstance(raw, dict) and ("errorMessage" in raw or "nonEditableReason" in raw)
        assert (seen.where, seen.readable) == (field_id, not failed), field_id
        assert raw not in (None, "", []) or not seen.filled


def test_the_values_of_a_service_management_site():
    issue = load("cloud_v3_issue_itsm_names.json")
    fields = [SiteField(field_id, name or "") for field_id, name in issue["names"].items()]
    names = {f.name for f in fields}
    assert {"Change type", "Change risk", "Backout plan", "Affected services", "Approvals"} <= names
    seen = mapped(issue, fields)
    assert seen.assets == () and seen.assets_readable
    assert seen.remarks == () and seen.state == "implement"


def test_workspaces_of_assets():
    (row,) = load("jsm_assets_workspaces.json")["values"]
    assert _ID.fullmatch(f"{row['workspaceId']}:1")


@pytest.mark.parametrize(
    "name", ["webhook-cloud-issue-updated-custom-field.json", "webhook-server-updated-custom-field.json"]
)
def test_changes_of_fields_in_webhooks_have_the_shape_of_a_changelog(name):
    told = load(name)
    entry = told["changelog"] | {"author": told["user"], "created": "2026-03-02T09:00:00.000+0000"}
    (step, *_) = steps_of([entry])
    assert step.field_name and step.by and (step.before or step.after)


ELSEWHERE = {
    "webhook-cloud-comment-created.json": "test_jira_webhook.py",
    "webhook-cloud-comment-deleted.json": "test_jira_webhook.py",
    "webhook-cloud-issue-updated-custom-field.json": "test_jira_webhook.py",
    "webhook-issue-deleted.json": "test_jira_webhook.py",
    "webhook-server-comment-created.json": "test_jira_webhook.py",
    "webhook-server-updated-custom-field.json": "test_jira_webhook.py",
    "errors.json": "../../sandbox/jira/test_jira_sandbox.py",
}
NOT_READ = {
    "index.json": "says where the others come from",
    "remote_links.json": "remote links are not read: nothing is judged by them",
    "jsm_request.json": "a request is read as an issue; of the service desk's API only approvals are asked for",
    "jsm_comments_page.json": "comments are read and written by the platform's API, which carries properties",
}
"""Recorded, and of no use to the connector; with the reason."""


def test_every_recorded_payload_is_parsed_or_has_a_reason():
    here = Path(__file__).read_text(encoding="utf-8")
    for path in PAYLOADS.glob("*.json"):
        place = Path(__file__).parent / ELSEWHERE[path.name] if path.name in ELSEWHERE else None
        text = (
            place.read_text(encoding="utf-8") if place else "".join(re.split(r"(?ms)^ELSEWHERE.*^}$", here))
        )
        named = path.stem in text
        assert named or path.name in NOT_READ, path.name


@pytest.fixture
def replay(server):
    """A site that gives one recorded answer, whatever is asked beside what it is and who we are."""

    def begin(name):
        recorded = load(name)
        headers = {k: v for k, v in recorded["headers"].items() if k.lower() != "content-length"}
        body = json.dumps(recorded["body"])
        fault = Fault(How.ANSWER, r"/(search|issue/|project)", "", 99, recorded["status"], headers, body)
        server.fail(fault)
        return recorded

    return begin


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("backlot_cloud_err_400_maxresults.json", SourceError, "answered 400"),
        ("backlot_cloud_err_400_nojql.json", SourceError, "answered 400"),
        ("backlot_cloud_err_403_bearer_on_site.json", Forbidden, "Failed to parse Connect Session"),
        ("backlot_cloud_err_404_issue.json", NotFound, "does not exist"),
        ("backlot_cloud_err_500_reconcile_null.json", Unreachable, "answered 500"),
    ],
)
def test_recorded_refusals(replay, client, name, error, told):
    replay(name)
    with pytest.raises(error, match=told):
        client.api("search/jql", {"jql": "project = CHG"})


def test_a_recorded_anonymous_answer_names_nobody(replay, client):
    """Its status is 200: only `/myself` tells, which is why that is asked before every listing."""
    replay("backlot_cloud_badcreds_200_anonymous_empty.json")
    assert client.api("project/search")["values"] == []


@pytest.mark.parametrize(
    "name", ["backlot_cloud_search_jql_page1.json", "backlot_cloud_search_jql_lastpage.json"]
)
def test_recorded_pages_of_a_search(replay, client, name):
    recorded = replay(name)
    page = client.api("search/jql", {"jql": "project = CHG"})
    assert [i["id"] for i in rows(page, "issues")] == [i["id"] for i in recorded["body"]["issues"]]
    assert page["isLast"] is ("nextPageToken" not in page)
    fields = [SiteField("summary", "Summary")]
    assert all(
        mapped(issue, fields).key == issue["key"] for issue in page["issues"] if "updated" in issue["fields"]
    )


def test_a_recorded_server_says_what_it_is(server, client):
    recorded = load("backlot_cloud_serverInfo.json")
    headers = {"Content-Type": "application/json"}
    server.fail(Fault(How.ANSWER, "serverInfo", "", 1, 200, headers, json.dumps(recorded["body"])))
    assert client.cloud


def test_a_restriction_to_a_role_does_not_hide_a_comment_from_customers():
    """Trap, as recorded: a comment for one role only, and still `jsdPublic`."""
    comment = load("cloud_v3_comment_created_role_visibility.json")
    assert comment["visibility"]["type"] == "role" and comment["jsdPublic"] is True


def test_a_cloud_user_is_known_by_account_id():
    assert account_id(load("cloud_v2_user.json")) == "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"
