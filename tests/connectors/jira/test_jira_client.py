"""What can go wrong on the line, and which error comes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from jira_site import quick_client, settings_for

from connectors.jira.source import JiraSource
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)
from sandbox.server import Fault, How, Server

HTML = {"Content-Type": "text/html"}
COMMENT = {"body": {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]}}


def test_the_client_knows_cloud_and_asks_once(client, server):
    assert client.cloud and client.cloud
    assert server.count(path="serverInfo") == 1


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_token_is_told_before_anything_is_listed(server, secret):
    settings = settings_for(server.url, api_token=secret or "x")
    source = JiraSource(quick_client(settings), settings)
    with pytest.raises(AuthRefused):
        source.identify()
    with pytest.raises(AuthRefused):
        source.changed(None)
    assert server.count(path="search/jql") == 0


def test_an_anonymous_200_is_no_empty_site(site, client):
    client.identify()
    site.bot.token = "rotated meanwhile"
    for question in (lambda: client.api("field"), lambda: client.api("search/jql", {"jql": "key = CHG-1"})):
        with pytest.raises(AuthRefused, match="anonymous"):
            question()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(How.ANSWER, status=200, headers=HTML, body="<html>log in</html>"), Garbled),
        (Fault(How.TRUNCATE), Garbled),
        (Fault(How.ANSWER, status=401), AuthRefused),
        (Fault(How.ANSWER, status=403), Forbidden),
        (Fault(How.ANSWER, status=404), NotFound),
        (Fault(How.ANSWER, status=500), Unreachable),
        (Fault(How.ANSWER, status=503, times=9), Unreachable),
        (Fault(How.DROP_BEFORE, times=9), Unreachable),
        (Fault(How.ANSWER, status=429, headers={"Retry-After": "3600"}), RateLimited),
    ],
)
def test_reads_that_fail(client, server, fault, error):
    client.identify()
    fault.path = "/field$"
    server.fail(fault)
    with pytest.raises(error):
        client.api("field")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_asked_again_when_the_server_is_busy(client, server, status):
    client.identify()
    server.fail(Fault(How.ANSWER, path="/field$", status=status, headers={"Retry-After": "0"}))
    assert client.api("field")
    assert server.count(path="/field$") == 2


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (Fault(How.DROP_BEFORE), Ambiguous, 0),
        (Fault(How.DROP_AFTER), Ambiguous, 1),
        (Fault(How.ANSWER_AFTER, status=503), Ambiguous, 1),
        (Fault(How.ANSWER, status=500), Ambiguous, 0),
        (Fault(How.ANSWER_AFTER, status=200, headers=HTML, body="<html>"), Ambiguous, 1),
        (Fault(How.TRUNCATE), Ambiguous, 1),
        (Fault(How.ANSWER, status=400), Refused, 0),
        (Fault(How.ANSWER, status=413), Refused, 0),
        (Fault(How.ANSWER, status=401), AuthRefused, 0),
    ],
)
def test_writes_that_fail_are_sent_once(site, client, server, fault, error, done):
    client.identify()
    fault.path, fault.method = "/comment$", "POST"
    server.fail(fault)
    with pytest.raises(error):
        client.write("POST", "issue/CHG-1/comment", COMMENT)
    assert server.count("POST", "/comment$") == 1
    assert len(site.issues["CHG-1"].comments) == done


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_write_told_to_come_back_later_is_sent_again_once(site, client, server, form):
    client.identify()
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    wait = {"seconds": "0", "date": past}[form]
    server.fail(Fault(How.ANSWER, path="/comment$", method="POST", status=429, headers={"Retry-After": wait}))
    client.write("POST", "issue/CHG-1/comment", COMMENT)
    assert server.count("POST", "/comment$") == 2
    assert len(site.issues["CHG-1"].comments) == 1


def test_a_long_wait_is_handed_on_with_its_end(client, server):
    client.identify()
    until = datetime.now(UTC) + timedelta(hours=2)
    headers = {"Retry-After": format_datetime(until, usegmt=True)}
    server.fail(Fault(How.ANSWER, path="/field$", status=429, headers=headers))
    with pytest.raises(RateLimited) as caught:
        client.api("field")
    assert abs(caught.value.until - until) < timedelta(seconds=5)


def test_a_site_that_is_not_there(site):
    with Server(site.app) as gone:
        url = gone.url
    client = quick_client(settings_for(url))
    with pytest.raises(Unreachable):
        client.identify()
    with pytest.raises(Unreachable):
        client.write("POST", "issue/CHG-1/comment", COMMENT)


def test_errors_keep_secrets_addresses_and_queries_to_themselves(client, server):
    client.identify()
    body = '{"errorMessages": ["bot@example.org may not, see https://x.example/?token=1"], "errors": {}}'
    server.fail(Fault(How.ANSWER, status=400, headers={"Content-Type": "application/json"}, body=body))
    with pytest.raises(SourceError) as caught:
        client.api("search/jql", {"jql": "summary ~ geheim"})
    said = str(caught.value)
    assert said == "answered 400: … may not, see …"
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_the_circuit_opens_and_says_so(client, server):
    client.identify()
    server.fail(Fault(How.ANSWER, path="/field$", status=500, times=99))
    for _ in range(5):
        with pytest.raises(Unreachable):
            client.api("field")
    asked = server.count(path="/field$")
    with pytest.raises(Unreachable, match="several times in a row"):
        client.api("field")
    assert server.count(path="/field$") == asked


def test_the_removed_search_answers_as_recorded(client):
    with pytest.raises(NotFound, match="410"):
        client.api("search", {"jql": "project = CHG"})
