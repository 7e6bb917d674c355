"""The Slack connector on a server that others made: `emulate`, which knows metadata, archived channels and scopes.

Only with SLUIS_CONTRACT=1, as `make contract-slack` runs it. It is not Slack. It takes a token it does not know for the
administrator's, lets an app post in a public channel it is not in, gives metadata unasked, gives all of a channel
whatever `oldest` says, edits in an archived channel, tells nobody which scopes a token has, and checks no blocks and no
pace: nothing is concluded from these here.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import clock
import pytest
import requests
from flask import Flask, Response, request
from strangers import Stranger, emulate, only_on_request, running

from connectors.slack import build
from connectors.slack.doctor import SCOPES
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.connector import Connector
from domain.ports.errors import Ambiguous, Forbidden, Gone, NotFound, Refused
from domain.ports.messaging import Marker, MessageChannel, Place, Posted
from sandbox.server import Fault, How, Server
from sandbox.town import Town

pytestmark = only_on_request

ROOT = Path(__file__).parents[2]
BOT, TOKEN, ADMIN = "USLUIS001", "xoxb-sluiswachter", "xoxb-admin"
LACKING = "xoxb-without-{}"
"""The token of the app when it lacks one scope."""

MARKER = Marker("slot-1", "digest-1", 1)
PEOPLE = ("Tom Willems", "Dina Peeters", "Karim Aziz", "Rita Goossens", "Piet Jansen", "Els Maes")
CHANNELS = ("changes", "team-citizens", "privacy", "operations", "old")


def _token(token: str, *scopes: str) -> dict[str, Any]:
    return {"token": token, "user_id": BOT, "bot_id": "BSLUIS001", "scopes": scopes}


def seed() -> dict[str, Any]:
    app = {
        "client_id": "1.1",
        "client_secret": "x",
        "name": "Sluiswachter",
        "redirect_uris": [],
        "app_id": "A1",
    }
    manages = ("channels:manage", "channels:read", "groups:read", "groups:write", "users:read", "chat:write")
    return {
        "strict_scopes": True,
        "team": {"name": "Stad", "domain": "stad"},
        "users": [
            {"name": n.lower().replace(" ", "."), "real_name": n, "email": f"{n.lower().replace(' ', '.')}@example.org"}
            for n in PEOPLE
        ],
        "channels": [*({"name": n} for n in CHANNELS), {"name": "closed", "is_private": True}],
        "oauth_apps": [app | {"bot_id": "BSLUIS001", "bot_user_id": BOT, "bot_name": "sluiswachter"}],
        "tokens": [
            _token(TOKEN, *SCOPES),
            *(_token(LACKING.format(scope), *(set(SCOPES) - {scope})) for scope in SCOPES),
            {"token": ADMIN, "scopes": manages},
        ],
    }  # fmt: skip


@dataclass
class Workspace:
    """The server, what stands in front of it, and its channels by name."""

    stranger: Stranger
    front: Server
    channels: dict[str, str]

    def ask(self, method: str, token: str = TOKEN, **sent: Any) -> Any:
        answer = self.stranger.post(f"/api/{method}", sent, token)
        assert answer["ok"], answer
        return answer

    def said(self, channel: str) -> list[dict[str, Any]]:
        return list(self.ask("conversations.history", channel=self.channels[channel])["messages"])

    def connector(self, token: str = TOKEN) -> Connector:
        url = f"{self.front.url}/api/"
        settings = SlackSettings(
            _env_file=None, bot_token=token, api_url=url, channel=self.channels["changes"]
        )
        made = build(settings)
        assert made is not None
        return made

    def outlet(self, token: str = TOKEN) -> MessageChannel:
        made = self.connector(token).channel
        assert made is not None
        return made

    def place(self, channel: str, thread: str | None = None) -> Place:
        return Place(self.channels[channel], thread)


def passing_on(stranger: Stranger) -> Flask:
    """Passes everything on, so that a line can drop after the work is done, which the server cannot do itself."""
    flask = Flask("front")

    @flask.post("/api/<method>")
    def forward(method: str) -> Response:
        kept = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        answer = requests.post(f"{stranger.url}/api/{method}", request.get_data(), headers=kept, timeout=30)
        return Response(answer.content, answer.status_code, content_type=answer.headers["Content-Type"])

    return flask


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Six channels with the app in them, one of them archived; the private one without the app."""
    with running(emulate(tmp_path, seed())) as stranger, Server(passing_on(stranger)) as front:
        listed = stranger.post("/api/conversations.list", {"types": "public_channel,private_channel"}, ADMIN)
        made = Workspace(stranger, front, {c["name"]: c["id"] for c in listed["channels"]})
        for name in CHANNELS:
            made.ask("conversations.invite", ADMIN, channel=made.channels[name], users=BOT)
        made.ask("conversations.archive", ADMIN, channel=made.channels["old"])
        yield made


def body(text: str) -> dict[str, Any]:
    return {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


def now() -> datetime:
    return datetime.now(UTC)


def test_a_message_is_posted_found_by_its_metadata_edited_and_removed(workspace: Workspace) -> None:
    outlet, place = workspace.outlet(), workspace.place("changes")
    posted = outlet.create(place, body("first"), MARKER)
    (message,) = workspace.said("changes")
    payload = {"slot": "slot-1", "digest": "digest-1", "revision": 1}
    assert message["metadata"] == {"event_type": "sluis_message", "event_payload": payload}
    assert (message["text"], message["blocks"]) == ("first", body("first")["blocks"])
    assert outlet.find(place, MARKER, now()) == [Posted(posted, "digest-1")]

    outlet.update(place, posted, body("second"), Marker("slot-1", "digest-2", 2))
    (message,) = workspace.said("changes")
    assert (message["text"], message["blocks"]) == ("second", body("second")["blocks"])
    assert outlet.find(place, MARKER, now()) == [Posted(posted, "digest-2")]

    outlet.remove(place, posted)
    assert workspace.said("changes") == []
    with pytest.raises(Gone):
        outlet.update(place, posted, body("third"), MARKER)


def test_a_thread_is_found_apart_from_its_channel(workspace: Workspace) -> None:
    outlet, place = workspace.outlet(), workspace.place("changes")
    card = outlet.create(place, body("card"), MARKER)
    thread, other = workspace.place("changes", card), Marker("slot-2", "d", 1)
    news = outlet.create(thread, body("news"), other)
    assert [m["text"] for m in workspace.said("changes")] == ["card"]
    assert outlet.find(thread, other, now()) == [Posted(news, "d")]
    assert outlet.find(place, other, now()) == []


def test_metadata_that_somebody_copied_is_not_ours(workspace: Workspace) -> None:
    copied = {"event_type": "sluis_message", "event_payload": {"slot": "slot-1", "digest": "copied"}}
    workspace.ask("chat.postMessage", ADMIN, channel=workspace.channels["changes"], text="x", metadata=copied)
    assert workspace.outlet().find(workspace.place("changes"), MARKER, now()) == []


@pytest.mark.parametrize(("how", "stands"), [(How.DROP_AFTER, 1), (How.TRUNCATE, 1), (How.DROP_BEFORE, 0)])
def test_a_dropped_line_posts_once_and_reading_back_tells_what_came_of_it(
    workspace: Workspace, how: How, stands: int
) -> None:
    outlet, place = workspace.outlet(), workspace.place("changes")
    workspace.front.fail(Fault(how, "chat.postMessage"))
    with pytest.raises(Ambiguous):
        outlet.create(place, body("once"), MARKER)
    assert len(workspace.said("changes")) == stands == len(outlet.find(place, MARKER, now()))


def test_an_archived_channel_is_a_definite_no_that_another_channel_mends(workspace: Workspace) -> None:
    with pytest.raises(Refused, match="is_archived") as refused:
        workspace.outlet().create(workspace.place("old"), body("x"), MARKER)
    assert refused.value.closed
    assert "unarchive the channel" in refused.value.fix
    assert workspace.front.count(path="chat.postMessage") == 1


def test_a_channel_that_is_not_there_and_one_without_the_app(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="channel_not_found"):
        workspace.outlet().create(Place("C0NOWHERE"), body("x"), MARKER)
    # Slack hides a private channel the app is not in (channel_not_found); this server names it. Both are closed.
    with pytest.raises((Forbidden, NotFound)) as refused:
        workspace.outlet().create(workspace.place("closed"), body("x"), MARKER)
    assert refused.value.closed


@pytest.mark.parametrize(
    ("scope", "deed"),
    [
        ("chat:write", lambda w, o: o.create(w.place("changes"), body("x"), MARKER)),
        ("chat:write", lambda w, o: o.update(w.place("changes"), "C1/1.1", body("x"), MARKER)),
        ("channels:history", lambda w, o: o.find(w.place("changes"), MARKER, now())),
    ],
)
def test_a_missing_scope_is_named(
    workspace: Workspace, scope: str, deed: Callable[[Workspace, MessageChannel], object]
) -> None:
    with pytest.raises(Forbidden) as refused:
        deed(workspace, workspace.outlet(LACKING.format(scope)))
    assert refused.value.fix.startswith(f"add {scope} under OAuth & Permissions")


def test_a_person_is_found_by_address_and_written_to_directly(workspace: Workspace) -> None:
    connector = workspace.connector()
    postbox, outlet = connector.recipients, connector.channel
    assert postbox and outlet
    place = postbox.person(Person("u", "Dina", email="Dina.Peeters@example.org"))
    assert place is not None and place.startswith("D")
    posted = outlet.create(Place(place), body("for you"), MARKER)
    outlet.update(Place(place), posted, body("for you, again"), MARKER)
    assert outlet.find(Place(place), MARKER, now()) == [Posted(posted, "digest-1")]
    assert postbox.person(Person("u", "Nobody", email="nobody@example.org")) is None


@pytest.mark.parametrize("scope", sorted(set(SCOPES) - {"commands"}))
def test_each_scope_of_ours_is_needed_and_no_other_is(workspace: Workspace, scope: str) -> None:
    """Without it something that we ask or do is refused, for it alone. The server knows no slash commands."""
    workspace.ask("conversations.invite", ADMIN, channel=workspace.channels["closed"], users=BOT)
    assert {no["needed"] for no in refusals(workspace, LACKING.format(scope))} == {scope}
    assert list(refusals(workspace, TOKEN)) == []


def refusals(workspace: Workspace, token: str) -> Iterator[dict[str, str]]:
    """What is refused of what the connector does in a public channel, in a private one, and directly."""
    stranger, dina = workspace.stranger, "dina.peeters@example.org"
    user = workspace.ask("users.lookupByEmail", email=dina)["user"]["id"]
    direct = workspace.ask("conversations.open", users=user)["channel"]["id"]
    channels = (workspace.channels["changes"], workspace.channels["closed"])
    asked: list[tuple[str, dict[str, Any]]] = [
        ("users.lookupByEmail", {"email": dina}),
        ("users.info", {"user": user}),
        ("conversations.open", {"users": user}),
        *(("conversations.info", {"channel": channel}) for channel in channels),
        *(("chat.postMessage", {"channel": channel, "text": "x"}) for channel in (*channels, direct)),
        *(("conversations.history", {"channel": channel}) for channel in (*channels, direct)),
    ]
    answers = [stranger.post(f"/api/{method}", sent, token) for method, sent in asked]
    assert {answer.get("error", "missing_scope") for answer in answers} == {"missing_scope"}
    yield from (answer for answer in answers if not answer["ok"])


def test_a_whole_run_posts_its_cards_once(workspace: Workspace, tmp_path: Path) -> None:
    """The real command, twice; of the first run one post is carried out without anybody hearing so."""
    town = Town(tmp_path / "town")
    try:
        env = town.env() | {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en",
            "SLACK_API_URL": f"{workspace.front.url}/api/", "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_CHANNEL": workspace.channels["changes"], "SLACK_CHANNELS__DPO": workspace.channels["privacy"],
            "SLACK_CHANNELS__TEAM_CITIZENS": workspace.channels["team-citizens"],
            "SLACK_CHANNELS__OPERATIONS": workspace.channels["operations"],
        }  # fmt: skip
        workspace.front.fail(Fault(How.DROP_AFTER, "chat.postMessage"))
        for _ in range(2):
            ran = subprocess.run(
                clock.sluis("sync"),
                env=env,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
    finally:
        town.stop()
    cards = [m["text"].splitlines()[0] for name in ("changes", "team-citizens") for m in workspace.said(name)]
    slots = [m["metadata"]["event_payload"]["slot"] for name in CHANNELS[:4] for m in workspace.said(name)]
    assert len(cards) >= 3
    assert any(card.startswith("CHG-1 ·") for card in cards)
    assert len(slots) == len(set(slots)) >= 3
