"""Secrets by value: no form in which one travels comes through, and ordinary words do."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings.load import load_settings
from domain import redaction
from domain.ports.errors import AuthRefused

ROOT = Path(__file__).parents[2]
SECRET = 'Zwaan+12/"kanaal" ééń'
TOKEN = "canary-value-77aa1"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What a test taught is forgotten after it."""
    forms, pattern = set(redaction._forms), redaction._pattern
    yield
    redaction._forms.clear()
    redaction._forms.update(forms)
    redaction._pattern = pattern


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        "Authorization: Basic " + base64.b64encode(f"bot@example.org:{SECRET}".encode()).decode(),
        "Authorization: Basic " + base64.urlsafe_b64encode(f"bot@example.org:{SECRET}".encode()).decode(),
        "AUTH PLAIN " + base64.b64encode(f"\0bot@example.org\0{SECRET}".encode()).decode(),
        "Bearer " + base64.b64encode(SECRET.encode()).decode(),
        "POST /x?p=Zwaan%2B12%2F%22kanaal%22%20%C3%A9%C3%A9%C5%84",
        "POST /x?p=Zwaan%2B12%2F%22kanaal%22+%C3%A9%C3%A9%C5%84",
        json.dumps({"p": SECRET}),
        repr({"p": SECRET}),
    ],
)
def test_a_secret_is_taken_out_in_every_form(text: str) -> None:
    assert redaction.hidden(text) == text
    redaction.learn([SECRET], ["bot@example.org"])
    told = redaction.hidden(text)
    assert redaction.MARK in told
    assert not any(part in told for part in ("Zwaan", "kanaal", "Wndhbn"))


def test_the_longer_of_two_secrets_leaves_no_tail() -> None:
    redaction.learn(["canary", "canary-value"])
    assert redaction.hidden("x canary-value y canary") == "x [secret] y [secret]"


@pytest.mark.parametrize("value", ["", " ", "abc", "\n"])
def test_what_is_too_short_to_be_a_secret_spoils_nothing(value: str) -> None:
    redaction.learn([value])
    assert redaction.hidden("abc and more") == "abc and more"


def test_logs_hold_no_addresses_of_people() -> None:
    text = "refused for els.maes@example.org and els.maes%40example.org, see CHG-1"
    assert redaction.private(text) == "refused for … and …, see CHG-1"


def test_an_error_of_the_outside_never_carries_a_secret() -> None:
    redaction.learn([TOKEN])
    error = AuthRefused("jira", f"answered 401: token {TOKEN} has expired", f"renew {TOKEN}")
    assert (str(error), error.fix) == ("answered 401: token [secret] has expired", "renew [secret]")


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("JIRA_API_TOKEN", TOKEN, TOKEN),
        ("JIRA_PAT", TOKEN, TOKEN),
        ("SERVICENOW_PASSWORD", TOKEN, TOKEN),
        ("SERVICENOW_CLIENT_SECRET", TOKEN, TOKEN),
        ("SLACK_BOT_TOKEN", f"xoxb-{TOKEN}", f"xoxb-{TOKEN}"),
        ("SLACK_SIGNING_SECRET", TOKEN, TOKEN),
        ("MAIL_PASSWORD", TOKEN, TOKEN),
        ("SLUIS_DATABASE_URL", f"postgresql://sluis:{TOKEN}%2B1@db/sluis", f"{TOKEN}+1"),
    ],
)
def test_reading_the_settings_is_enough(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, text: str
) -> None:
    monkeypatch.setenv(variable, value)
    load_settings()
    assert redaction.hidden(f"a {text} b") == "a [secret] b"


UNCAUGHT = """
import logging, threading
from bot import logs
from bot.settings.load import load_settings
from domain import redaction
import structlog
load_settings()
logs.configure("DEBUG")
secret = "canary" + "-value-77aa1"
structlog.get_logger().info("asked", header=secret, by="els.maes@example.org")
logging.getLogger("somewhere").warning("asked with %s", secret)
try:
    raise ValueError(secret)
except ValueError:
    structlog.get_logger().exception("broke down")
class Leaves:
    def __del__(self):
        raise ValueError(secret)
Leaves()
threading.Thread(target=lambda: (_ for _ in ()).throw(ValueError(secret))).start()
raise RuntimeError("said " + secret)
"""


def test_logs_and_uncaught_errors_of_a_process_hold_no_secret(tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(ROOT), "JIRA_API_TOKEN": TOKEN, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT],
        check=False,
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert TOKEN not in done.stdout + done.stderr
    assert "example.org" not in done.stderr
    # logged, warned, broke down, unraisable, thread, uncaught: each is told all the same
    assert done.stderr.count(redaction.MARK) == 6
