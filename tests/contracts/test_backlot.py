"""The Jira connector on a server that others made: `backlot`, whose answers were measured on live Jira Cloud sites.

Only with SLUIS_CONTRACT=1, as `make contract` runs it: the server lives in an environment of its own (.contract).
It has no `/myself`, no issue types, no service desk and takes no writes, and gives every field whatever is asked;
the first is answered here, all else is asked of it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from flask import Flask, Response, request

from connectors.jira.client import Client
from connectors.jira.comments import JiraComments
from connectors.jira.settings import JiraSettings
from connectors.jira.source import JiraSource
from domain.ports.errors import AuthRefused, NotFound
from domain.ports.messaging import Marker, Place
from sandbox.server import Server

PYTHON = Path(__file__).parents[2] / ".contract" / "bin" / "python"
ISSUES = 230
_SERVE = """
import json, sys, backlot
with backlot.serve(records=json.loads(sys.stdin.readline()), telemetry=False) as server:
    print(json.dumps([server.base_url, server.token]), flush=True)
    sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(os.environ.get("SLUIS_CONTRACT") != "1", reason="run it with `make contract`")


def corpus() -> list[dict[str, object]]:
    an = {"author_email": "an.willems@example.org", "author_name": "An Willems"}
    when = {"created": "2026-03-01T08:00:00Z", "updated": "2026-03-02T08:00:00Z"}
    said = {"content": "Ziet er goed uit", "author_email": an["author_email"], "created_ts": when["updated"]}
    return [
        {
            "source_type": "jira", "project": "CHG", "key": f"CHG-{n}", "title": f"Wijziging {n}",
            "content": "Uitrol van het loket", "issuetype": "Change", "status": "In Progress",
            "visibility": "public", "comments": [said] * 3, **an, **when,
        }
        for n in range(1, ISSUES + 1)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def backlot() -> Iterator[tuple[str, str]]:
    """Address and token of the server."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "BACKLOT_TELEMETRY": "0"}
    pipe = subprocess.PIPE
    with subprocess.Popen([PYTHON, "-c", _SERVE], env=env, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(corpus()) + "\n")
        process.stdin.flush()
        url, token = json.loads(process.stdout.readline())
        yield f"{url}/atlassian", token
        process.stdin.close()


@pytest.fixture
def front(backlot: tuple[str, str]) -> Iterator[Server]:
    """Passes everything on but `/myself`."""
    flask = Flask("front")

    @flask.get("/<path:path>")
    def forward(path: str) -> Response:
        if path.endswith("/myself"):
            good = request.authorization is not None and request.authorization.password == backlot[1]
            me = {"accountId": "acc-bot", "displayName": "Sluiswachter", "timeZone": "Europe/Brussels"}
            return Response(
                json.dumps(me if good else {}), 200 if good else 401, content_type="application/json"
            )
        headers = {"Authorization": request.headers.get("Authorization", "")}
        answer = requests.get(f"{backlot[0]}/{path}", request.args, headers=headers, timeout=30)
        kept = {
            k: v for k, v in answer.headers.items() if k.lower() in ("content-type", "x-seraph-loginreason")
        }
        return Response(answer.content, answer.status_code, kept)

    with Server(flask) as server:
        yield server


def source(front: Server, token: str) -> JiraSource:
    settings = JiraSettings(
        _env_file=None, url=front.url, email="bot@example.org", api_token=token, projects=("CHG",)
    )
    return JiraSource(Client(settings), settings)


def test_it_is_searched_page_by_page_and_read(front: Server, backlot: tuple[str, str]) -> None:
    jira = source(front, backlot[1])
    refs = {ref.key: ref for ref in jira.changed(None)}
    assert refs.keys() == {f"CHG-{n}" for n in range(1, ISSUES + 1)}
    assert front.count("GET", "/search/jql") == 3
    ticket = jira.read(refs["CHG-7"])
    assert (ticket.key, ticket.summary, ticket.status) == ("CHG-7", "Wijziging 7", "In Progress")
    assert ticket.updated == refs["CHG-7"].updated == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_an_issue_is_found_by_key_and_by_number(front: Server, backlot: tuple[str, str]) -> None:
    jira = source(front, backlot[1])
    found = jira.find("chg-3")
    assert found is not None and jira.find(found.id) == found
    assert jira.find("CHG-9999") is None
    with pytest.raises(NotFound):
        jira.client.api("issue/CHG-9999")


def test_comments_of_others_are_not_ours(front: Server, backlot: tuple[str, str]) -> None:
    jira = source(front, backlot[1])
    found = jira.find("CHG-5")
    assert found is not None
    assert (
        JiraComments(jira.client).find(
            Place(found.id), Marker("slot", "d", 1), datetime(2026, 1, 1, tzinfo=UTC)
        )
        == []
    )
    assert front.count("GET", "/comment$") == 1


def test_a_wrong_token_is_no_empty_site(front: Server) -> None:
    with pytest.raises(AuthRefused):
        list(source(front, "wrong").changed(None))
