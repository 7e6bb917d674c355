"""What the audit trail is told of settings: names always, values only of what is no secret."""

from __future__ import annotations

import pytest

from bot import bootstrap
from bot.settings.in_force import in_force
from bot.settings.load import load_settings


def told(monkeypatch: pytest.MonkeyPatch, **env: str) -> dict[str, str | None]:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    loaded = load_settings()
    rules = bootstrap.policy(loaded)
    found = in_force(loaded, rules.packs, rules.declarations)
    return {name: value for name, value in found.items() if not name.startswith(("pack ", "declarations"))}


@pytest.mark.parametrize(
    ("env", "seen"),
    [
        ({}, {}),
        ({"SLUIS_MODE": "act"}, {"SLUIS_MODE": '"act"'}),
        ({"ROLES__CAB": "CAB, Board"}, {"ROLES__CAB": '["CAB","Board"]'}),
        ({"JIRA_API_TOKEN": "geheim"}, {"JIRA_API_TOKEN": None}),
        ({"SLACK_BOT_TOKEN": "xoxb-geheim"}, {"SLACK_BOT_TOKEN": None}),
        ({"SLUIS_DATABASE_URL": "postgresql://bot:geheim@db/sluis"}, {"SLUIS_DATABASE_URL": None}),
        ({"SLUIS_SERVICE_HOURS__PAY": "24x7"}, {"SLUIS_SERVICE_HOURS": '{"pay":"24x7"}'}),
    ],
)
def test_settings_in_force(monkeypatch: pytest.MonkeyPatch, env, seen) -> None:
    assert told(monkeypatch, **env) == seen


def test_norms_in_force_are_told_with_their_content(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_settings()
    packs = bootstrap.policy(loaded).packs
    found = in_force(loaded, packs, ())
    assert [name for name in found if name.startswith("pack ")] == ["pack vo-icr 2.1"]
    assert "ICR-11" in str(found["pack vo-icr 2.1"])
