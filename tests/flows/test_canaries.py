"""Canaries in every secret, and everything the bot ever wrote searched for them: whole processes, faults included."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import clock
import pytest
from pydantic import SecretStr

from bot.settings.load import GROUPS
from domain.redaction import MARK
from sandbox.mail import MailSandbox
from sandbox.server import Fault, How
from sandbox.servicenow.app import INTEGRATION_USER
from sandbox.town import Town

ROOT = Path(__file__).parents[2]
CANARIES = {
    "JIRA_API_TOKEN": "canary/jira+token=71",
    "JIRA_WEBHOOK_SECRET": "canary-webhook-secret-72-long-enough-to-count",
    "SERVICENOW_PASSWORD": "canary\"snow'password 73",
    "SLACK_BOT_TOKEN": "xoxb-canary-slack-74",
    "SLACK_SIGNING_SECRET": "canary-signing-75",
    "MAIL_PASSWORD": "canary mail/76+'s",
}
OTHERS = {
    "JIRA_PAT": "instead of the token",
    "SERVICENOW_API_KEY": "instead of the password",
    "SERVICENOW_CLIENT_SECRET": "instead of the password",
    "SLACK_APP_TOKEN": "opens a line that this test does not need",
    "SERVICENOW_WEBHOOK_SECRET": "the same door as Jira's",
}
"""Secrets that these flows do not set, and why; tests/domain/test_redaction.py has each by itself."""
POSTMAN = "sluis-postman"
EMAIL = re.compile(rb"[A-Za-z0-9._+-]+(?:@|%40)example\.org")


def forms(secret: str, user: str) -> set[bytes]:
    """Every form in which a secret may have been written down."""
    plain = [secret, f"{user}:{secret}", f"\0{user}\0{secret}"]
    encoded = [base64.b64encode(one.encode()).decode().rstrip("=") for one in plain]
    return {
        text.encode()
        for text in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *encoded)
    }


@dataclass
class Watch:
    """Runs the bot as a process with canaries for secrets, and keeps all that comes out of it."""

    town: Town
    folder: Path
    letters: MailSandbox = field(default_factory=MailSandbox)
    written: dict[str, bytes] = field(default_factory=dict)

    def env(self, **more: str) -> dict[str, str]:
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        acting = {"SLUIS_MODE": "act", "SLUIS_LOG_LEVEL": "DEBUG", "NO_PROXY": "127.0.0.1"}
        return own | self.town.env() | CANARIES | acting | {"PYTHONPATH": str(ROOT)} | more

    def run(self, *words: str, **more: str) -> str:
        command = clock.sluis(*words)
        done = subprocess.run(
            command, check=False, env=self.env(**more), cwd=self.folder, capture_output=True, timeout=120
        )
        self.written[f"{len(self.written)} {' '.join(words)}"] = done.stdout + done.stderr
        return (done.stdout + done.stderr).decode()

    def everything(self) -> dict[str, bytes]:
        """All output, the journal's bytes, every body, path and query sent to the three systems, and every letter."""
        found = dict(self.written)
        for number, letter in enumerate(self.letters.letters):
            del letter.message["From"], letter.message["To"]  # where an address belongs
            found[f"letter {number}"] = letter.message.as_bytes() + letter.message.get_content().encode()
        for file in self.folder.rglob("sluis.db*"):
            found[file.name] = file.read_bytes()
        for name, server in self.town.servers.items():
            for number, asked in enumerate(server.asked):
                if "lookupByEmail" in asked.path:
                    continue  # how Slack is asked who somebody is: the one place where an address goes
                sent = b"\n".join((asked.path.encode(), asked.query.encode(), asked.body))
                found[f"{name} request {number}"] = sent
        return found

    def found(self) -> list[tuple[str, str]]:
        """Where a canary came out, by the name of its setting."""
        users = {
            "JIRA_API_TOKEN": "sluis@example.org",
            "SERVICENOW_PASSWORD": INTEGRATION_USER,
            "MAIL_PASSWORD": POSTMAN,
        }
        return [
            (where, name)
            for where, text in self.everything().items()
            for name, secret in CANARIES.items()
            if any(form in text for form in forms(secret, users.get(name, "")))
        ]


@pytest.fixture
def watch(town: Town, tmp_path: Path) -> Watch:
    town.jira.user("Sluiswachter").token = CANARIES["JIRA_API_TOKEN"]
    town.servicenow.accounts.passwords[INTEGRATION_USER] = CANARIES["SERVICENOW_PASSWORD"]
    town.slack.workspace.token = CANARIES["SLACK_BOT_TOKEN"]
    return Watch(town, tmp_path)


def echoes(town: Town, status: int, times: int) -> None:
    """From now on each system answers with the very credentials it was given, as some do in their error pages."""
    basic = base64.b64encode(f"sluis@example.org:{CANARIES['JIRA_API_TOKEN']}".encode()).decode()
    said = f"denied: Authorization: Basic {basic} " + " ".join(CANARIES.values())
    bodies = {
        "jira": json.dumps({"errorMessages": [said]}),
        "servicenow": json.dumps({"error": {"message": said, "detail": said}, "status": "failure"}),
        "slack": json.dumps({"ok": False, "error": said, "needed": said}),
    }
    for name, body in bodies.items():
        kind = {"Content-Type": "application/json"}
        town.servers[name].fail(Fault(How.ANSWER, times=times, status=status, headers=kind, body=body))


def test_every_secret_there_is_has_a_canary_or_a_reason() -> None:
    secret = {
        f"{group.model_config.get('env_prefix', '')}{name}".upper()
        for group in GROUPS.values()
        for name, known in group.model_fields.items()
        if "SecretStr" in str(known.annotation) or known.annotation is SecretStr
    }
    assert secret == {name for name in CANARIES | OTHERS if name in secret}


def test_nothing_the_bot_ever_writes_holds_a_secret_or_an_address(watch: Watch) -> None:
    watch.run("doctor")
    assert '"exit_code": 0' in watch.run("sync", "--format", "json")
    for status in (401, 400, 200):
        echoes(watch.town, status, times=60)
        watch.run("sync", "--full")
        watch.run("check", watch.town.change)
        watch.run("doctor")
        for server in watch.town.servers.values():
            server.faults.clear()
    watch.town.replace_test_data()
    watch.run("sync", "--full")
    watch.run("explain", watch.town.change)
    watch.run("report")
    everything = watch.everything()
    assert len(watch.written) == 14 and len(everything) > 100
    assert watch.found() == []
    assert any(MARK.encode() in text for text in watch.written.values()), "no system's echo came this far"
    assert [(where, EMAIL.findall(text)) for where, text in everything.items() if EMAIL.search(text)] == []


@pytest.fixture
def mail(watch: Watch) -> Iterator[dict[str, str]]:
    """The settings of a mail server that asks for a password."""
    watch.letters.login = f"{POSTMAN}:{CANARIES['MAIL_PASSWORD']}"
    port = str(watch.letters.start())
    yield {
        "MAIL_HOST": "127.0.0.1", "MAIL_PORT": port, "MAIL_SECURITY": "none", "MAIL_USER": POSTMAN,
        "MAIL_FROM_ADDRESS": "sluis@example.org", "MAIL_ADDRESSES__OPERATIONS": "operations@example.org",
        **{name: "" for name in watch.town.env() | CANARIES if name.startswith("SLACK_")},
    }  # fmt: skip
    watch.letters.stop()


def test_letters_and_a_mail_server_that_repeats_what_it_was_told_let_nothing_out(
    watch: Watch, mail: dict[str, str]
) -> None:
    secret = CANARIES["MAIL_PASSWORD"]
    plain = base64.b64encode(f"\0{POSTMAN}\0{secret}".encode()).decode()
    watch.letters.said = f"you said AUTH PLAIN {plain} for els.maes@example.org"
    watch.town.roll_out()
    watch.letters.answers = {"RCPT": [550]}
    watch.run("sync", **mail)
    assert "MAIL_PASSWORD" in watch.run("doctor", **mail | {"MAIL_PASSWORD": "not the password"})
    watch.run("doctor", **mail)
    assert len(watch.letters.letters) == 1, "one was refused"
    assert watch.found() == []
    found = {address for text in watch.everything().values() for address in EMAIL.findall(text)}
    assert all(address.startswith(b"sluis.") for address in found), "but for the letter's Message-ID"


def test_the_search_finds_a_canary_where_there_is_one(watch: Watch) -> None:
    secret = CANARIES["SERVICENOW_PASSWORD"]
    for number, form in enumerate(sorted(forms(secret, INTEGRATION_USER))):
        watch.written = {str(number): b"x" + form + b"y"}
        assert watch.found() == [(str(number), "SERVICENOW_PASSWORD")]


@pytest.fixture
def door() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def serving(watch: Watch, port: int, door: int) -> Iterator[subprocess.Popen[bytes]]:
    with (watch.folder / "log").open("wb") as log:
        command = clock.sluis("serve")
        env = watch.env(SLUIS_HTTP_PORT=str(port), SLUIS_EVENTS_PORT=str(door))
        process = subprocess.Popen(command, env=env, cwd=watch.folder, stdout=log, stderr=log)
        yield process
        process.terminate()
        process.wait(30)


def ask(port: int, path: str, body: bytes | None = None, **headers: str) -> bytes:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return bytes(answer.read() + str(answer.headers).encode())
    except urllib.error.HTTPError as error:
        with error:
            return bytes(error.read() + str(error.headers).encode())


def test_pages_and_logs_of_a_bot_that_serves_hold_no_secret(
    watch: Watch, serving: subprocess.Popen[bytes], port: int, door: int
) -> None:
    secret = CANARIES["JIRA_WEBHOOK_SECRET"]
    ends = time.monotonic() + 60
    while not watch.town.slack.messages(watch.town.channels["team-citizens"]) and time.monotonic() < ends:
        time.sleep(0.1)
    for path in ("/healthz", "/readyz", "/metrics", "/", "/hooks/jira", f"/nowhere/{secret}"):
        watch.written[path] = ask(port, path)
    told = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"id": secret}}).encode()
    for path in (f"/hooks/jira/{secret}", f"/hooks/jira/{secret}x", f"/hooks/{secret}"):
        watch.written["posted " + path[:12]] = ask(door, path, told)
    serving.terminate()
    assert serving.wait(30) == 0
    watch.written["log"] = (watch.folder / "log").read_bytes()
    assert b"serving" in watch.written["log"]
    assert watch.found() == []
    assert not EMAIL.search(watch.written["log"])


def test_cassettes_hold_no_secret_and_no_address_but_the_one_put_there() -> None:
    files = sorted((ROOT / "cassettes").rglob("*.yaml"))
    assert len(files) > 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"authorization|set-cookie|sandbox-token|sandbox-only|xox[abp]-|xapp-", text, re.I
        ), file
        assert set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", text)) <= {"someone@example.org"}, file
