"""The sandbox keeps to Atlassian's published API description, and behaves as was measured on live sites."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.jira.fields import adf
from sandbox.jira.jql import BadJql, parse, search

SHARED = Path(__file__).parents[3] / ".." / "shared"
SPEC = SHARED / "specs" / "jira-cloud-v3.json"
ERRORS = SHARED / "payloads" / "jira" / "errors.json"


class Caller:
    """A browser-like caller with basic auth."""

    def __init__(self, site, token="s3cret-token"):
        self._client = site.app.test_client()
        pair = base64.b64encode(f"bot@example.org:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    def __call__(self, method, path, **body):
        return self._client.open(path, method=method, json=body or None, headers=self._headers)


@pytest.fixture
def call(site):
    return Caller(site)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip("the API description is not here")
    return json.loads(SPEC.read_text())


def schema_of(spec, path, method, status):
    content = spec["paths"][path][method]["responses"][str(status)]["content"]
    return content["application/json"]["schema"]


def without_nulls(bean):
    """The description has no nulls in a changelog; recorded ones do (`"from": null`)."""
    if isinstance(bean, list):
        return [without_nulls(b) for b in bean]
    if isinstance(bean, dict):
        return {k: without_nulls(v) for k, v in bean.items() if v is not None}
    return bean


ISSUE = "/rest/api/3/issue/{issueIdOrKey}"
OPERATIONS = [
    ("GET", "/rest/api/3/serverInfo", "/rest/api/3/serverInfo", {}),
    ("GET", "/rest/api/3/myself", "/rest/api/3/myself", {}),
    ("GET", "/rest/api/3/field", "/rest/api/3/field", {}),
    ("GET", "/rest/api/3/issuetype", "/rest/api/3/issuetype", {}),
    ("GET", "/rest/api/3/search/jql?jql=project=CHG&fields=*all", "/rest/api/3/search/jql", {}),
    (
        "POST",
        "/rest/api/3/search/jql",
        "/rest/api/3/search/jql",
        {"jql": "project = CHG", "fields": ["updated"]},
    ),
    ("GET", "/rest/api/3/issue/CHG-1?expand=changelog", ISSUE, {}),
    ("GET", "/rest/api/3/issue/CHG-1/changelog", f"{ISSUE}/changelog", {}),
    ("GET", "/rest/api/3/issue/CHG-1/comment", f"{ISSUE}/comment", {}),
    ("POST", "/rest/api/3/issue/CHG-1/comment", f"{ISSUE}/comment", {"body": adf("hallo")}),
    ("GET", "/rest/api/3/group/member?groupname=CAB", "/rest/api/3/group/member", {}),
    ("GET", "/rest/api/3/user?accountId=acc-bot", "/rest/api/3/user", {}),
    (
        "GET",
        "/rest/api/3/mypermissions?projectKey=CHG&permissions=ADD_COMMENTS",
        "/rest/api/3/mypermissions",
        {},
    ),
    ("GET", "/rest/api/3/project/CHG", "/rest/api/3/project/{projectIdOrKey}", {}),
    ("GET", "/rest/api/3/status", "/rest/api/3/status", {}),
    (
        "POST",
        "/rest/api/3/issue/bulkfetch",
        "/rest/api/3/issue/bulkfetch",
        {"issueIdsOrKeys": ["CHG-1"], "fields": ["*all"], "expand": ["changelog"]},
    ),
]


@pytest.mark.parametrize(
    ("method", "url", "path", "body"), OPERATIONS, ids=[f"{o[0]} {o[2]}" for o in OPERATIONS]
)
def test_answers_fit_the_published_description(site, spec, method, url, path, body):
    site.set_field(site.change, "Test plan", "stappen", site.an)
    site.add_comment(site.change, "hallo", site.an)
    site.link(site.change, site.add_issue("CHG", "Change", "Deel", by=site.an, parent=site.change))
    answer = Caller(site)(method, url, **body)
    assert answer.status_code in (200, 201)
    schema = schema_of(spec, path, method.lower(), answer.status_code)
    # Formats are left out: the description says date-time, and live Jira writes +0000 without a colon.
    registry = Registry().with_resource("urn:jira", Resource(contents=spec, specification=DRAFT202012))
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:jira#/'))
    jsonschema.Draft202012Validator(absolute, registry=registry).validate(without_nulls(answer.json))


def test_a_broken_answer_would_not_fit(spec):
    registry = Registry().with_resource("urn:jira", Resource(contents=spec, specification=DRAFT202012))
    schema = {"$ref": "urn:jira#/components/schemas/SearchAndReconcileResults"}
    wrong = {"issues": [], "isLast": True, "total": 3}
    assert list(jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(wrong))


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/rest/api/3/search/jql?jql=project=CHG", 200, {"issues": [], "isLast": True}),
        ("/rest/api/3/issuetype", 200, []),
        ("/rest/api/3/myself", 401, None),
        ("/rest/api/3/group/member?groupname=CAB", 401, None),
        ("/rest/api/3/issue/CHG-1", 404, None),
    ],
)
def test_wrong_credentials_make_an_anonymous_visitor(site, path, status, body):
    answer = Caller(site, token="wrong")("GET", path)
    assert answer.status_code == status
    assert answer.headers["X-Seraph-Loginreason"] == "AUTHENTICATED_FAILED"
    assert body is None or answer.json == body


def test_errors_are_worded_as_recorded(call):
    if not ERRORS.exists():
        pytest.skip("the recorded errors are not here")
    recorded = {e["name"]: e for e in json.loads(ERRORS.read_text())}
    for name, method, url, body in (
        ("cloud_410_search_removed", "GET", "/rest/api/3/search?jql=project=CHG", {}),
        ("cloud_400_unbounded_jql", "GET", "/rest/api/3/search/jql?jql=order%20by%20updated", {}),
        ("404_issue_missing_or_hidden", "GET", "/rest/api/3/issue/CHG-99", {}),
        ("400_comment_too_long", "POST", "/rest/api/3/issue/CHG-1/comment", {"body": adf("x" * 40000)}),
    ):
        answer = call(method, url, **body)
        assert (answer.status_code, answer.json) == (recorded[name]["status"], recorded[name]["body"]), name


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("project = CHG", ["CHG-1", "CHG-2"]),
        ("project in (CHG, OPS) ORDER BY key DESC", ["OPS-1", "CHG-2", "CHG-1"]),
        ('project in ("CHG") AND issuetype in (Release)', ["CHG-2"]),
        ("issuetype != Release order by project", None),
        ("statusCategory != Done AND project = CHG", ["CHG-2"]),
        ("key = chg-1", ["CHG-1"]),
        ("key not in (CHG-1, CHG-2)", ["OPS-1"]),
        ("updated >= 1772440200000", ["OPS-1"]),  # 2026-03-02 08:30 UTC
        ('updated >= "2026-03-02 09:30"', ["OPS-1"]),  # in Brussels
        ('updated < "2026-03-02 09:30"', ["CHG-1", "CHG-2"]),
        ('updated >= "tomorrow"', None),
        ("project = NOPE", None),
        ("assignee = me", None),
        ("project = CHG OR key = OPS-1", None),
        ("statusCategory != Done AND (key = CHG-1 OR key = CHG-2 OR project = OPS)", ["CHG-2", "OPS-1"]),
        ("(key = CHG-1 AND key = CHG-2)", None),
        ("project >= CHG", None),
        ("project in (CHG", None),
        ("", None),
    ],
)
def test_jql(site, jql, found):
    site.transition(site.change, "Closed", site.an)
    site.add_issue("CHG", "Release", "R", by=site.an)
    site.time.later(hours=1)
    site.add_issue("OPS", "Change", "C", by=site.an)
    if found is None:
        with pytest.raises(BadJql):
            search(site, jql, site.bot)
    else:
        assert [i.key for i in search(site, jql, site.bot)] == found


def test_jql_order_is_kept_apart():
    assert parse("project = A ORDER BY updated ASC, key DESC").order == (("updated", False), ("key", True))


def test_an_approval_is_answered_only_by_who_was_asked(site, call):
    approval = site.request_approval(site.change, "CAB approval", [site.an])
    url = f"/rest/servicedeskapi/request/CHG-1/approval/{approval}"
    assert call("POST", url, decision="approve").status_code == 403
    mine = site.request_approval(site.change, "Peer review", [site.bot])
    url = f"/rest/servicedeskapi/request/CHG-1/approval/{mine}"
    assert call("POST", url, decision="maybe").status_code == 400
    assert call("POST", url, decision="approve").json["finalDecision"] == "approved"
    assert call("POST", url, decision="decline").status_code == 403


def test_comment_properties(site, call):
    comment = site.add_comment(site.change, "hallo", site.bot)
    url = f"/rest/api/3/comment/{comment.id}/properties"
    assert call("GET", f"{url}/mine").status_code == 404
    assert call("PUT", f"{url}/mine", a=1).status_code == 201
    assert call("GET", f"{url}/mine").json == {"key": "mine", "value": {"a": 1}}
    assert call("GET", url).json == {"keys": [{"key": "mine"}]}


def test_version_2_speaks_text(site, call):
    assert call("POST", "/rest/api/2/issue/CHG-1/comment", body="hallo *daar*").json["body"] == "hallo *daar*"
    assert call("POST", "/rest/api/2/issue/CHG-1/comment", body=adf("x")).status_code == 400
    assert call("POST", "/rest/api/3/issue/CHG-1/comment", body="tekst").status_code == 400


def test_nobody_edits_another_persons_comment(site, call):
    comment = site.add_comment(site.change, "van An", site.an)
    url = f"/rest/api/3/issue/CHG-1/comment/{comment.id}"
    assert call("PUT", url, body=adf("anders")).status_code == 400
    assert call("DELETE", url).status_code == 400
