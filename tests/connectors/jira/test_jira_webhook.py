"""Webhooks: signatures of Cloud, secrets in the address for Data Center, and which issues a request speaks of."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from jira_site import quick_client, settings_for

from connectors.jira import build
from connectors.jira.comment_markers import signed
from connectors.jira.webhook import JiraInbound
from domain.ports.errors import AuthRefused, Garbled
from domain.ports.source import ChangeHint, Deletion
from sandbox.jira.fields import adf

SECRET = "geheim-geheim-geheim"
PAYLOADS = Path(__file__).parents[3] / ".." / "shared" / "payloads" / "jira"
ISSUE = {
    "id": "10010",
    "key": "CHG-1",
    "fields": {"project": {"key": "CHG"}, "issuetype": {"name": "Change"}},
}
UPDATED = {
    "timestamp": 17,
    "webhookEvent": "jira:issue_updated",
    "issue": ISSUE,
    "user": {"accountId": "acc-an"},
}


def inbound(me: str = "acc-bot", **more: object) -> JiraInbound:
    settings = settings_for("https://jira.example", webhook_secret=SECRET, **more)
    client = quick_client(settings)
    client.me = me
    return JiraInbound(client, settings)


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def hints(
    told: object, me: str = "acc-bot", more: dict[str, str] | None = None, **settings: object
) -> list[ChangeHint]:
    body = json.dumps(told).encode()
    return list(inbound(me, **settings).hints({**sign(body), **(more or {})}, body))


BODY = json.dumps(UPDATED).encode()


@pytest.mark.parametrize(
    "headers",
    [
        sign(BODY),
        {name.lower(): value for name, value in sign(BODY).items()},
        {"X-Hub-Signature": sign(BODY)["X-Hub-Signature"].upper().replace("SHA256", "sha256")},
        {"X-Hook-Secret": SECRET},
    ],
    ids=["Cloud", "in lower case", "hex in upper case", "secret in the address"],
)
def test_who_knows_the_secret_is_heard(headers):
    assert inbound().hints(headers, BODY) == (ChangeHint("10010", "jira:issue_updated:17"),)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        ({"X-Hub-Signature": ""}, BODY),
        (sign(BODY, "another secret altogether"), BODY),
        (sign(BODY), BODY + b" "),
        (sign(BODY), json.dumps(json.loads(BODY), indent=1).encode()),
        ({"X-Hub-Signature": sign(BODY)["X-Hub-Signature"][7:]}, BODY),
        ({"X-Hub-Signature-256": sign(BODY)["X-Hub-Signature"]}, BODY),
        ({"X-Hub-Signature": "sha256=ë"}, BODY),
        ({"X-Hook-Secret": ""}, BODY),
        ({"X-Hook-Secret": SECRET[:-1]}, BODY),
        ({"X-Hook-Secret": SECRET, "X-Hub-Signature": "sha256=00"}, BODY),
    ],
)
def test_nobody_else_is(headers, body):
    with pytest.raises(AuthRefused) as refused:
        inbound().hints(headers, body)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_what_is_not_jiras_form_is_not_understood(body):
    with pytest.raises(Garbled):
        inbound().hints(sign(body), body)


COMMENT = {
    "id": "7",
    "body": "klaar",
    "author": {"accountId": "acc-an"},
    "updateAuthor": {"accountId": "acc-an"},
}
OURS = {**COMMENT, "author": {"accountId": "acc-bot"}, "updateAuthor": {"accountId": "acc-bot"}}
MARKED = {**COMMENT, "body": signed(adf("Nog te doen"), "slot")}
LINK = {
    "webhookEvent": "issuelink_created",
    "timestamp": 1,
    "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2},
}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (UPDATED, ["10010"]),
        ({**UPDATED, "user": {"accountId": "acc-bot"}}, []),
        ({**UPDATED, "user": {"key": "acc-bot", "name": "bot"}}, []),
        ({"webhookEvent": "comment_created", "issue": ISSUE, "comment": COMMENT}, ["10010"]),
        ({"webhookEvent": "comment_created", "issue": ISSUE, "comment": OURS}, []),
        ({"webhookEvent": "comment_created", "issue": ISSUE, "comment": MARKED}, []),
        ({**UPDATED, "comment": MARKED}, []),
        ({**UPDATED, "comment": MARKED, "changelog": {"items": [{}]}}, ["10010"]),
        (
            {
                "webhookEvent": "comment_created",
                "comment": {"self": "https://j/rest/api/2/issue/42/comment/7"},
            },
            ["42"],
        ),
        (LINK, ["1", "2"]),
        ({"webhookEvent": "worklog_updated", "worklog": {"issueId": "5"}}, ["5"]),
        ({"webhookEvent": "sprint_started", "sprint": {"id": 3}}, []),
        ({"webhookEvent": "project_deleted", "project": {"id": 3}}, []),
        ({"webhookEvent": "jira:issue_updated", "issue": {"id": "../../admin"}}, []),
        ({"webhookEvent": "jira:issue_updated", "issue": None, "comment": [], "user": "x"}, []),
        ({**UPDATED, "issue": {**ISSUE, "fields": {"project": {"key": "HR"}}}}, []),
        ({**UPDATED, "issue": {**ISSUE, "fields": {"issuetype": {"name": "Lunch"}}}}, []),
        ({**UPDATED, "issue": {**ISSUE, "fields": {"issuetype": {"name": "change"}}}}, ["10010"]),
    ],
)
def test_which_issues_it_is_about(told, found):
    assert [hint.id for hint in hints(told)] == found


def test_a_deletion_is_told_as_such():
    (hint,) = hints({**UPDATED, "webhookEvent": "jira:issue_deleted"})
    assert hint == Deletion("10010", "jira:issue_deleted:17")


def test_a_retried_delivery_has_the_same_name():
    named = {"X-Atlassian-Webhook-Identifier": "a1b2"}
    later = {**UPDATED, "timestamp": 18}
    assert hints(UPDATED, more=named) == hints(later, more={**named, "X-Atlassian-Webhook-Retry": "1"})
    assert hints(UPDATED) != hints(later)


def test_before_we_know_who_we_are_every_word_is_heard():
    assert [hint.id for hint in hints({**UPDATED, "user": {}}, me="")] == ["10010"]


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the recorded payloads are not here")
@pytest.mark.parametrize(
    ("name", "issue", "kind"),
    [
        ("webhook-cloud-comment-created", "10040", ChangeHint),
        ("webhook-cloud-comment-deleted", "10357", ChangeHint),
        ("webhook-cloud-issue-updated-custom-field", "10368", ChangeHint),
        ("webhook-issue-deleted", "10303", Deletion),
        ("webhook-server-comment-created", "10013", ChangeHint),
        ("webhook-server-updated-custom-field", "10106", ChangeHint),
    ],
)
def test_recorded_webhooks(name, issue, kind):
    told = json.loads((PAYLOADS / f"{name}.json").read_text())
    (hint,) = hints(told, projects=(), issue_types=("Story=change", "Task=change"))
    assert (type(hint), hint.id) == (kind, issue)
    assert hint.event == f"{told['webhookEvent']}:{told['timestamp']}"
    actor = told.get("user") or told["comment"]["updateAuthor"]
    me = actor.get("accountId") or actor["key"]
    assert hints(told, me=me, projects=(), issue_types=("Story=change", "Task=change")) == []


@pytest.mark.parametrize(("secret", "on"), [("", False), (SECRET, True)])
def test_a_secret_switches_webhooks_on(secret, on):
    connector = build(settings_for("https://jira.example", webhook_secret=secret))
    assert connector is not None
    assert (connector.inbound is not None) is on


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="at least 16 characters"):
        settings_for("https://jira.example", webhook_secret="hunter2")
