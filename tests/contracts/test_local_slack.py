"""`sluis serve` on a server that others made: `local-slack`, with lines, signed HTTP, buttons, `/sluis`, dialogs, Home.

Only with SLUIS_CONTRACT=1, as `make contract-slack` runs it. It is not Slack. It gives every deed to all lines at once,
where Slack gives it to one; it keeps no metadata, knows no scopes, archived channels or locale, takes any token, checks
no blocks, and gives a dialog a new id whenever it shows something else. So what is settled by reading back is tested on
`emulate`, in the file beside this.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clock
import pytest
from strangers import Stranger, free_port, local_slack, only_on_request, running, until

from sandbox.town import Town

pytestmark = only_on_request
websockets = pytest.importorskip("websockets.sync.client", reason="install websockets")

ROOT = Path(__file__).parents[2]
APP, BOT, SECRET = "A0SLUIS01", "U0SLUISBOT", "local-signing-secret"
PEOPLE = {
    n: f"U0PERSON{i:02}" for i, n in enumerate(("Tom Willems", "Dina Peeters", "Karim Aziz", "Rita Goossens"))
}
CHANNELS = {
    "changes": "C0CHANGES",
    "team-citizens": "C0CITIZENS",
    "privacy": "C0PRIVACY",
    "operations": "C0OPERATE",
}
TEAM = CHANNELS["team-citizens"]
REASON = "The masked copy is delivered next week; until then only the DBA sees the data"


def config(**app: Any) -> dict[str, Any]:
    ours = {
        "appId": APP,
        "botUserId": BOT,
        "botName": "sluiswachter",
        "botToken": "xoxb-local",
        "appToken": "xapp-local",
    }
    members = [BOT, *PEOPLE.values()]
    named = [(i, n, n.lower().replace(" ", ".")) for n, i in PEOPLE.items()]
    return {
        "apps": [ours | {"signingSecret": SECRET} | app],
        "users": [{"id": i, "name": a, "real_name": n, "email": f"{a}@example.org"} for i, n, a in named],
        "channels": [{"id": i, "name": n, "members": members} for n, i in CHANNELS.items()],
    }


@dataclass
class World:
    """The workspace, the town around it, and the bot as a process of its own."""

    stranger: Stranger
    town: Town
    folder: Path
    port: int
    own: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    # -- the bot --------------------------------------------------------------------------------------------

    def start(self) -> None:
        env = self.town.env()
        del env["SLACK_SIGNING_SECRET"]
        env |= {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1",
            "SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "SLUIS_HTTP_PORT": str(self.port),
            "SLACK_API_URL": f"{self.stranger.url}/api/", "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_CHANNEL": CHANNELS["changes"], "SLACK_CHANNELS__TEAM_CITIZENS": TEAM,
            "SLACK_CHANNELS__DPO": CHANNELS["privacy"], "SLACK_CHANNELS__OPERATIONS": CHANNELS["operations"],
        }  # fmt: skip
        self.process = subprocess.Popen(
            clock.sluis("serve"),
            env=env | self.own, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self.cards)

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(json.load(answer).get("slack", True))
        except OSError:
            return False

    # -- the workspace --------------------------------------------------------------------------------------

    def said(self, channel: str = TEAM) -> list[dict[str, Any]]:
        return list(self.stranger.get(f"/_control/messages/{channel}")["messages"])

    def cards(self) -> list[dict[str, Any]]:
        return [m for m in self.said() if m["text"].startswith("CHG-1 ·")]

    def told(self, who: str, channel: str = TEAM) -> list[str]:
        return [m["text"] for m in self.said(channel) if m.get("ephemeral_to") == PEOPLE[who]]

    def log(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.stranger.get("/_control/log")["log"] if kind in entry.values()]

    def lines(self) -> int:
        return sum("hello" in str(entry) for entry in self.log("socket"))

    def screen(self) -> dict[str, Any]:
        """What the server's own page shows: pages of Home, dialogs."""
        with websockets.connect(f"ws://127.0.0.1:{self.stranger.port}/ui", max_size=None) as line:
            return dict(json.loads(line.recv(timeout=10))["state"])

    # -- people ---------------------------------------------------------------------------------------------

    def press(self, who: str, action: str) -> float:
        """Press a button on the card; seconds until the deed was acknowledged."""
        (shown,) = self.cards()
        (found,) = [
            e
            for b in shown["blocks"]
            if b["type"] == "actions"
            for e in b["elements"]
            if e["action_id"] == action
        ]
        return self.do("interact", who, channel=TEAM, messageTs=shown["ts"], action=found)

    def command(self, who: str, text: str) -> float:
        return self.do("command", who, channel=TEAM, command="/sluis", text=text)

    def do(self, deed: str, who: str, **more: Any) -> float:
        before = time.monotonic()
        assert self.stranger.post(f"/_control/{deed}", {"user": PEOPLE[who], **more})["ok"]
        return time.monotonic() - before

    def home(self, who: str) -> str:
        self.do("open-home", who)
        return texts(until(lambda: self.screen()["homeViews"].get(PEOPLE[who], {}).get(APP)))

    def dialog(self, expected: str) -> dict[str, Any]:
        """The dialog, once it says what is expected."""

        def shown() -> dict[str, Any] | None:
            stack = self.screen()["modalStack"]
            return dict(stack[-1]) if stack and expected in texts(stack[-1]) else None

        return dict(until(shown))

    def submit(self, who: str, **filled: dict[str, Any]) -> None:
        values = {name: {name: value} for name, value in filled.items()}
        with websockets.connect(f"ws://127.0.0.1:{self.stranger.port}/ui", max_size=None) as line:
            line.send(json.dumps({"t": "view_submit", "user": PEOPLE[who], "values": values}))
            time.sleep(0.1)


def texts(node: Any) -> str:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return "\n".join([*own, *(texts(child) for child in node.values())])
    return "\n".join(texts(child) for child in node) if isinstance(node, list) else ""


@contextlib.contextmanager
def world(tmp_path: Path, own: Mapping[str, str], port: int, **app: Any) -> Iterator[World]:
    town = Town(tmp_path / "town")
    try:
        with running(local_slack(tmp_path, config(**app))) as stranger:
            made = World(stranger, town, tmp_path, port, own)
            try:
                made.start()
                yield made
            finally:
                if made.process and made.process.poll() is None:
                    made.end(signal.SIGKILL)
    finally:
        town.stop()


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[World]:
    """Heard over two Socket Mode lines."""
    with world(tmp_path, {"SLACK_APP_TOKEN": "xapp-local"}, free_port()) as made:
        until(lambda: made.lines() == 2)
        yield made


@pytest.fixture
def http(tmp_path: Path) -> Iterator[World]:
    """Heard over HTTP, with the server's signatures."""
    port, door = free_port(), free_port()
    url = f"http://127.0.0.1:{door}/slack/events"
    own = {"SLACK_SIGNING_SECRET": SECRET, "SLUIS_EVENTS_PORT": str(door)}
    with world(tmp_path, own, port, mode="events", requestUrl=url) as made:
        until(made.healthy)
        yield made


@pytest.fixture(params=["socket", "http"])
def desk(request: pytest.FixtureRequest) -> World:
    made: World = request.getfixturevalue(request.param)
    return made


def test_a_button_is_acknowledged_at_once_and_answered_once(desk: World) -> None:
    assert desk.press("Tom Willems", "seen") < 3.0
    (told,) = until(lambda: desk.told("Tom Willems"))
    assert "You get no reminder of CHG-1 before" in told
    assert desk.press("Tom Willems", "seen") < 3.0
    until(lambda: len(desk.told("Tom Willems")) > 1)
    assert "You said so already" in desk.told("Tom Willems")[1], "another press, of which a word is said"
    desk.press("Tom Willems", "explain")
    until(lambda: len(desk.told("Tom Willems")) > 2)
    assert desk.told("Tom Willems")[2].startswith("Why CHG-1 is asked this")
    assert len(desk.told("Tom Willems")) == 3, "each once, though both lines brought it"


def test_the_command_is_answered_to_who_asked(desk: World) -> None:
    for text, begins in (
        ("CHG-1", "CHG-1 · New address format"),
        ("explain CHG-1 ICR-16", "ICR-16  Test data without production data"),
        ("mine", "4 tickets wait for you\nYour role: Team Citizens"),
    ):
        before = len(desk.told("Tom Willems"))
        assert desk.command("Tom Willems", text) < 3.0
        until(lambda before=before: len(desk.told("Tom Willems")) > before)
        assert desk.told("Tom Willems")[-1].startswith(begins)
    assert desk.told("Dina Peeters") == []


def test_home_shows_what_waits(desk: World) -> None:
    assert "Approval by CAB and DPO" in desk.home("Dina Peeters")
    assert "Production data used as test data" in desk.home("Tom Willems")


def test_an_exception_is_asked_for_in_a_dialog_and_recorded(desk: World) -> None:
    assert desk.press("Karim Aziz", "waive") < 3.0
    form = desk.dialog("It is for CHG-1 only.")
    fields = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert fields.keys() == {"rules", "reason", "until"}
    (rule,) = [option for option in fields["rules"]["options"] if option["value"] == "ICR-16"]
    chosen = {"type": "multi_static_select", "selected_options": [rule]}
    day = {"type": "datepicker", "selected_date": fields["until"]["initial_date"]}
    desk.submit("Karim Aziz", rules=chosen, reason={"type": "plain_text_input", "value": "n.v.t."}, until=day)
    desk.dialog("Say why")
    desk.submit("Karim Aziz", rules=chosen, reason={"type": "plain_text_input", "value": REASON}, until=day)
    assert f"by Karim Aziz (CAB): {REASON}" in texts(desk.dialog("ICR-16: waived until"))


def test_a_card_is_edited_in_place_and_its_news_stands_in_its_thread(socket: World) -> None:
    (before,) = socket.cards()
    assert "⛔" in before["text"]
    socket.town.put_in_order()
    assert socket.end() == 0
    socket.start()  # its first cycle comes at once
    (after,) = until(lambda: [c for c in socket.cards() if "✅ Ready for implementation" in c["text"]])
    assert (after["ts"], len(socket.cards())) == (before["ts"], 1)
    (news,) = until(lambda: [m for m in socket.said() if m.get("thread_ts") == before["ts"]])
    assert "Approved by Dina Peeters (DPO)" in news["text"]


def test_after_the_server_died_and_came_back_people_are_heard_again(socket: World) -> None:
    socket.stranger.stop()
    time.sleep(0.2)
    socket.stranger.start()
    back = time.monotonic()
    until(lambda: socket.lines() >= 1, 30)
    socket.command("Tom Willems", "help")
    until(lambda: socket.told("Tom Willems"))
    assert time.monotonic() - back < 15.0, "the library alone needs up to a minute"


def test_told_to_leave_it_answers_first_and_hangs_up(socket: World) -> None:
    socket.press("Tom Willems", "explain")
    assert socket.end() == 0
    assert socket.told("Tom Willems")[-1].startswith("Why CHG-1 is asked this")
    assert not any(app["connected"] for app in socket.screen()["apps"])


def test_who_is_not_slack_is_not_heard(http: World) -> None:
    body = json.dumps(
        {"type": "event_callback", "event": {"type": "app_home_opened", "user": PEOPLE["Tom Willems"]}}
    )
    for headers in (
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": str(int(time.time()))},
    ):
        request = urllib.request.Request(
            f"http://127.0.0.1:{http.port}/slack/events",
            body.encode(),
            {"Content-Type": "application/json"} | headers,
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert refused.value.code == 401
        refused.value.close()
    assert http.screen()["homeViews"] == {}
