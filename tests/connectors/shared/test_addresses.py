"""Addresses that an administrator sets: what is taken, and the one line about what is not."""

from __future__ import annotations

import pytest

from bot.settings.load import load_settings
from bot.settings.reading import SettingsError
from connectors.shared.addresses import web_address

OPEN = "is not encrypted"
BLANK = "holds a blank, a line end or a backslash"
ACCOUNT = "holds a user name or password"
HOST = "must be https:// and a host"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "https://jira.example.org",
        "https://jira.example.org:8443/context/path",
        "https://10.0.0.1",
        "https://[2001:db8::1]:8443",
        "http://127.0.0.1:8081/jira",
        "http://127.8.8.8",
        "http://localhost:8081",
        "http://LOCALHOST",
        "http://[::1]:8081",
    ],
)
def test_what_is_taken(value: str) -> None:
    assert web_address(value) == value
    assert web_address(value + "//" if value else "") == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://jira.example.org", f'"http://jira.example.org" {OPEN}'),
        ("http://10.0.0.1", OPEN),
        ("http://0.0.0.0", OPEN),
        ("http://127.0.0.1.example.org", OPEN),
        ("http://localhost.example.org", OPEN),
        ("http://2130706433", OPEN),
        ("HTTP://jira.example.org", OPEN),
        ("https://bot:hush@jira.example.org", f'"https://…@jira.example.org" {ACCOUNT}'),
        ("https://hush@jira.example.org/x", f'"https://…@jira.example.org/x" {ACCOUNT}'),
        ("http://127.0.0.1@evil.example.org", ACCOUNT),
        ("https://bot:hu/sh@jira.example.org", '"https://…@jira.example.org"'),
        ("https://jira.example.org?token=hush", '"https://jira.example.org?…" must end before'),
        ("https://jira.example.org/#hush", 'must end before the "?" or "#"'),
        ("https://jira.example.org/?", 'must end before the "?" or "#"'),
        (" https://jira.example.org", BLANK),
        ("https://jira.example.org\n", BLANK),
        ("https://jira.example.org\r\nX-Evil: 1", BLANK),
        ("https://ji\tra.example.org", BLANK),
        ("https://jira.example.org\u00a0", BLANK),
        ("https://jira\u200b.example.org", BLANK),
        ("https://jira.example.org\\@evil.example.org", BLANK),
        ("https://jira.example.org/\0", BLANK),
        ("jira.example.org", HOST),
        ("//jira.example.org", HOST),
        ("https://", HOST),
        ("https:///x", HOST),
        ("ftp://127.0.0.1", HOST),
        ("https://jira.example.org:port", "is no address"),
        ("https://jira.example.org:99999", "is no address"),
        ("https://[::1", "is no address"),
    ],
)
def test_what_is_not_taken_is_told_in_one_line_without_what_is_secret(value: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        web_address(value)
    told = str(raised.value)
    assert said in told
    assert told.isprintable()
    assert "hush" not in told


def test_nothing_after_the_host_where_only_a_host_serves() -> None:
    assert web_address("https://snow.example.org/", path=False) == "https://snow.example.org"
    with pytest.raises(ValueError, match="nothing after it"):
        web_address("https://snow.example.org/x", path=False)


def test_each_wrong_address_is_a_line_with_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    named = ("JIRA_URL", "JIRA_ASSETS_URL", "SERVICENOW_URL", "SLACK_API_URL")
    for name in named:
        monkeypatch.setenv(name, f"http://{name.lower().replace('_', '-')}.example.org")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    lines = [line for line in raised.value.problems if OPEN in line]
    assert [line.partition(":")[0] for line in lines] == list(named)
