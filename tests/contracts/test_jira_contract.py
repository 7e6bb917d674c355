"""All that the Jira connector asks, and all that the sandbox answers, held against Atlassian's descriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openapi import Description, Exchange, Watched

from connectors.jira.client import Client
from connectors.jira.comments import JiraComments
from connectors.jira.doctor import JiraExaminer
from connectors.jira.settings import JiraSettings
from connectors.jira.source import JiraSource
from connectors.shared.http import Adapter, policy
from domain.people import Role
from domain.ports.errors import SourceError
from domain.ports.messaging import Format, Marker, Place
from sandbox.jira.app import JiraSandbox
from sandbox.jira.fields import adf
from sandbox.server import Server

SPECS = Path(__file__).parents[2] / ".." / "shared" / "specs"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MARK = Marker("slot", "d1", 1)

NOT_DESCRIBED = {
    "GET /rest/api/2/serverInfo": "version 2 of the Cloud API has no description here; version 3 is the same",
    "GET /rest/assets/1.0/objectschema/list": "Assets has no published description for Data Center",
    "GET /rest/insight/1.0/objectschema/list": "the same, before Assets was called so",
    "GET /rest/servicedeskapi/request/*/approval": "not in the description of Data Center; in that of the service desk",
}
"""Asked all the same, with the reason."""
DEVIATIONS = {
    r"parameter validateQuery is no boolean": "the jira package writes True; Jira's server reads it in any case",
    r"GET /api/2/group/member: parameter groupname is (not described|missing)": "described as part of the path",
    r"\$\.(issues\[\d+\]\.)?fields\.\w+: .* is not of type 'object'": "any value is a Java Object there",
    r"answer: \$: \[.* is not of type 'object'": "a list is described as one of its items",
    r"GET /api/2/mypermissions: parameter permissions is not described": "not read there: all are given",
    r"value: \{.*\} is not of type 'string'": "raw JSON in a Java String there; Atlassian's own examples give objects",
}
"""Where the description of Data Center, which is generated from Java, is not what the server takes and gives."""


def descriptions(server: bool) -> list[Description]:
    names = {"jira-dc-v10": "/rest"} if server else {"jira-cloud-v3": "", "jsm": ""}
    files = {SPECS / f"{name}.json": base for name, base in names.items()}
    for file in files:
        if not file.exists():
            pytest.skip("the published descriptions are not here")
    return [Description(file, base) for file, base in files.items()]


def told(server: bool) -> JiraSandbox:
    """A site with something of everything the connector reads."""
    time = [START]
    site = JiraSandbox(clock=lambda: time[0], server=server)
    site.add_user("Sluiswachter", "acc-bot", email="bot@example.org", token="s3cret-token")
    an = site.add_user("An Willems")
    site.add_group("CAB", an)
    for name, kind in (("Test plan", "text"), ("Rollout strategy", "select"), ("CAB sign-off", "select")):
        site.add_field(name, kind)
    key = site.add_issue("CHG", "Change", "Nieuwe versie", {"Rollout strategy": "Gefaseerd"}, by=an)
    part = site.add_issue("CHG", "Change", "Deel", by=an, parent=key)
    site.add_issue("DEV", "Change", "Gewoon", by=an, jsm=False)
    site.link(key, part)
    for number in range(130):
        time[0] += timedelta(minutes=1)
        site.set_field(key, "Test plan", f"Stap {number}", an)
        site.add_comment(key, f"opmerking {number}", an)
    approval = site.request_approval(key, "CAB approval", [an])
    site.answer_approval(key, approval, an, "approve")
    return site


def exercise(url: str, server: bool) -> None:
    """Everything the connector ever does."""
    account = {"pat": "s3cret-token"} if server else {"email": "bot@example.org", "api_token": "s3cret-token"}
    settings = JiraSettings(_env_file=None, url=url, projects=("CHG", "DEV"), **account)
    client = Client(settings, Adapter("jira", policy("jira", total=3, backoff=0.01), timeout=(5.0, 5.0)))
    source, outlet = JiraSource(client, settings), JiraComments(client)
    refs = [*source.changed(START), *source.census()]
    for ref in refs:
        source.read(ref)
    assert source.find("CHG-1") and source.find("CHG-404") is None
    source.roles({Role.CAB: ["CAB", "acc-an.willems", "nobody"]})
    list(JiraExaminer(source).examine({Role.CAB: ["CAB", "nobody"]}))
    text = adf("Nog te doen") if outlet.format is Format.ADF else "Nog te doen"
    for place in {Place(ref.id) for ref in refs}:
        remote_id = outlet.create(place, text, MARK)
        outlet.update(place, remote_id, text, MARK)
        assert outlet.find(place, MARK, START)
        outlet.remove(place, remote_id)
        with pytest.raises(SourceError):
            outlet.update(place, remote_id, text, MARK)


def exchanges(server: bool) -> Sequence[Exchange]:
    site = told(server)
    watched = Watched(site.app.wsgi_app)
    site.app.wsgi_app = watched
    with Server(site.app) as running:
        exercise(running.url, server)
    return watched.exchanges


def reason(exchange: Exchange) -> str | None:
    words = f"{exchange.method} {exchange.path}".split("/")
    for line, why in NOT_DESCRIBED.items():
        pattern = line.split("/")
        if len(words) == len(pattern) and all(p in ("*", w) for p, w in zip(pattern, words, strict=True)):
            return why
    return None


CLOUD = {
    "GET /rest/api/3/comment/{commentId}/properties/{propertyKey}",
    "GET /rest/api/3/field",
    "GET /rest/api/3/group/member",
    "GET /rest/api/3/issue/{issueIdOrKey}",
    "GET /rest/api/3/issue/{issueIdOrKey}/changelog",
    "GET /rest/api/3/issue/{issueIdOrKey}/comment",
    "GET /rest/api/3/issue/{issueIdOrKey}/comment/{id}",
    "GET /rest/api/3/issuetype",
    "GET /rest/api/3/mypermissions",
    "GET /rest/api/3/myself",
    "GET /rest/api/3/project/{projectIdOrKey}/statuses",
    "GET /rest/api/3/search/jql",
    "GET /rest/api/3/user",
    "GET /rest/servicedeskapi/request/{issueIdOrKey}/approval",
    "POST /rest/api/3/issue/{issueIdOrKey}/comment",
    "PUT /rest/api/3/issue/{issueIdOrKey}/comment/{id}",
    "DELETE /rest/api/3/issue/{issueIdOrKey}/comment/{id}",
}
"""At least this is exercised; should a request of ours vanish from the run, the test would prove nothing of it."""


@pytest.mark.parametrize("server", [False, True], ids=["cloud", "data center"])
def test_every_request_and_answer_is_as_described(server: bool) -> None:
    known = descriptions(server)
    seen, wrong = set(), set()
    for exchange in exchanges(server):
        found = [(d, one) for d in known if (one := d.operation(exchange.method, exchange.path))]
        if not found:
            if reason(exchange) is None:
                wrong.add(f"{exchange.method} {exchange.path} is no operation")
            continue
        description, (name, operation) = found[0]
        seen.add(name)
        wrong |= {f"{name}: {line}" for line in description.wrong(exchange, operation)}
    excused = DEVIATIONS if server else {}
    assert [line for line in sorted(wrong) if not any(re.search(one, line) for one in excused)] == []
    assert {one for one in excused if any(re.search(one, line) for line in wrong)} == excused.keys()
    assert server or seen >= CLOUD, CLOUD - seen


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        ({"query": "notifyUser=false"}, "parameter notifyUser is not described"),
        ({"query": "notifyUsers=no"}, "parameter notifyUsers is no boolean"),
        ({"sent": b'{"body": {}, "text": "x"}'}, "request: member text is not described"),
        ({"sent": b'{"properties": "x"}'}, "request: $.properties"),
        ({"status": 299}, "answer 299 is not described"),
        ({"answer": b'{"id": 7}'}, "answer: $.id"),
    ],
)
def test_what_is_not_as_described_is_noticed(change: dict[str, object], told_of: str) -> None:
    """A test of the test."""
    (cloud, _) = descriptions(server=False)
    good = Exchange(
        "PUT", "/rest/api/3/issue/1/comment/2", "notifyUsers=false", b'{"body": {}}', 200, b'{"id": "2"}'
    )
    operation = cloud.operation(good.method, good.path)
    assert operation and list(cloud.wrong(good, operation[1])) == []
    (line,) = cloud.wrong(Exchange(**{**good.__dict__, **change}), operation[1])
    assert line.startswith(told_of)


def scopes(state: str) -> set[str]:
    """What the descriptions ask for the Cloud operations exercised: "Current" is classic, "Beta" granular."""
    known, asked = descriptions(server=False), set()
    for exchange in exchanges(server=False):
        for description in known:
            if found := description.operation(exchange.method, exchange.path):
                schemes = found[1].get("x-atlassian-oauth2-scopes", [])
                asked |= {scope for one in schemes if one["state"] == state for scope in one["scopes"]}
    return asked


@pytest.mark.parametrize("state", ["Current", "Beta"])
def test_the_readme_names_every_scope_and_no_other(state: str) -> None:
    told = (Path(__file__).parents[2] / "connectors" / "jira" / "README.md").read_text(encoding="utf-8")
    rows = [
        row.split("|")[2:4]
        for row in told.partition("### Scopes")[2].partition("##")[0].splitlines()
        if "`" in row
    ]
    named = {scope for row in rows for scope in re.findall(r"`([\w.-]+:[\w.:-]+)`", row[state == "Beta"])}
    assert sorted(named) == sorted(scopes(state))
