"""Settings from the environment, and the one line that each mistake gets."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import connectors.slack
from connectors.slack.settings import SlackSettings

SECRET = "not-a-slack-token"


def test_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:8080/api",
        "SLACK_CHANNEL": "C0123456789",
        "SLACK_CHANNELS__TEAM_BURGERZAKEN": "C0000000001",
        "SLACK_CHANNELS__DPO": "G0000000002",
    }.items():
        monkeypatch.setenv(name, value)
    settings = SlackSettings()
    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == "xoxb-1"
    assert (settings.api_url, settings.channel) == ("http://127.0.0.1:8080/api/", "C0123456789")
    assert settings.channels == {"team_burgerzaken": "C0000000001", "dpo": "G0000000002"}


@pytest.mark.parametrize(
    "team",
    ["Team Burgerzaken", "team-burgerzaken", "TEAM_BURGERZAKEN", " team  burgerzaken ", "Team - Burgerzaken"],
)
def test_team_names_are_folded(team: str) -> None:
    settings = SlackSettings(channels={"Team_Burgerzaken": "C0000000001"})
    assert settings.channel_of(team) == "C0000000001"
    assert settings.channel_of(f"{team}2") is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"channel": "#wijzigingen"}, "use the ID"),
        ({"channel": "wijzigingen"}, "use the ID"),
        ({"channel": "c0123456789"}, "use the ID"),
        ({"channel": "C0123456789\n"}, "use the ID"),
        ({"channels": {"cab": "#cab"}}, "use the ID"),
        ({"channels": {"team a": "C0000001", "team-a": "C0000002"}}, "names one team twice"),
        ({"bot_token": SECRET}, "must start with xoxb-"),
        ({"app_token": SECRET}, "must start with xapp-"),
        ({"api_url": "http://slack.example/api/"}, "is not encrypted"),
        ({"api_url": "ftp://127.0.0.1/"}, "must be https:// and a host"),
        ({"api_url": "https://"}, "must be https:// and a host"),
        ({"api_url": "https://user:word@slack.com/api/"}, "holds a user name or password"),
    ],
)
def test_mistakes_get_one_line(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        SlackSettings(**values)  # type: ignore[arg-type]
    [error] = raised.value.errors(include_input=False)
    assert said in error["msg"]
    assert "\n" not in error["msg"]
    assert SECRET not in str(raised.value)


def test_every_field_explains_itself() -> None:
    for name, field in SlackSettings.model_fields.items():
        assert field.description, name
        assert field.examples, name


def test_off_without_a_token_and_built_without_a_call() -> None:
    assert connectors.slack.SETTINGS is SlackSettings
    assert connectors.slack.build(SlackSettings()) is None
    built = connectors.slack.build(SlackSettings(bot_token="xoxb-1", api_url="http://127.0.0.1:1/"))  # type: ignore[arg-type]
    assert built is not None
    assert (built.name, built.source, built.book) == ("slack", None, None)
    assert built.channel is not None
    assert built.recipients is not None
    assert "xoxb" not in repr(SlackSettings(bot_token="xoxb-1"))  # type: ignore[arg-type]
