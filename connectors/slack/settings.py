"""Settings of the Slack app, from SLACK_... variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from connectors.shared.addresses import web_address
from connectors.shared.settings import EnvSettings, Token

# No D: a direct conversation is of one person, and a team's messages do not belong there.
_CHANNEL = re.compile(r"[CG][A-Z0-9]{3,}")


def fold(name: str) -> str:
    """The form in which team names are compared: "Team Burgerzaken", TEAM_BURGERZAKEN and team-burgerzaken agree."""
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()


def _channel(value: str) -> str:
    if _CHANNEL.fullmatch(value):
        return value
    raise ValueError(
        "is not a channel ID; use the ID such as C0123456789 (in Slack: channel name > About > bottom of the page),"
        " because names change"
    )


def _api(value: str) -> str:
    # The SDK puts the method's name right behind it.
    return web_address(value) + "/"


def _starts(*prefixes: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if value.get_secret_value().startswith(prefixes):
            return value
        raise ValueError(f"must start with {prefixes[0]}")

    return AfterValidator(check)


class SlackSettings(EnvSettings):
    """The Slack app and the channels it speaks in. Without a bot token Slack is off."""

    model_config = SettingsConfigDict(env_prefix="SLACK_")

    # Slack's tokens look alike but for how they begin; a wrong one would only be noticed when it is refused.
    bot_token: Annotated[Token, _starts("xoxb-", "xoxe.xoxb-")] | None = Field(
        None,
        description="Bot User OAuth Token of the Slack app. Without it nothing is sent to Slack.",
        examples=["xoxb-your-token"],
    )
    app_token: Annotated[Token, _starts("xapp-")] | None = Field(
        None,
        description="App-level token with the scope connections:write: buttons, /sluis and Home over Socket Mode, for"
        " which Slack need not reach this machine.",
        examples=["xapp-your-token"],
    )
    signing_secret: SecretStr | None = Field(
        None,
        description="Signing secret of the Slack app, only when Slack calls in over HTTP: at /slack/events of the"
        " port SLUIS_EVENTS_PORT of `sluis serve`.",
        examples=["your-signing-secret"],
    )
    api_url: Annotated[str, AfterValidator(_api)] = Field(
        "https://slack.com/api/",
        description="Base URL of Slack's Web API. Change it only for a proxy or the sandbox.",
        examples=["https://slack.com/api/"],
    )
    channel: Annotated[str, AfterValidator(_channel)] | None = Field(
        None,
        description="ID of the channel for everything that has no channel of its own. An ID, not a #name.",
        examples=["C0123456789"],
    )
    channels: dict[str, Annotated[str, AfterValidator(_channel)]] = Field(
        default_factory=dict,
        description="Channel ID per team, or per role (CAB, DPO, OPERATIONS), as SLACK_CHANNELS__<TEAM>. Capitals do"
        " not matter; spaces, hyphens and underscores are the same.",
        examples=[{"TEAM_BURGERZAKEN": "C0123456789", "DPO": "C0123456780"}],
    )

    languages: dict[str, str] = Field(
        default_factory=dict,
        description="Language of a team's or role's channel, as SLACK_LANGUAGES__<TEAM>; the others read"
        " SLUIS_LANGUAGE, and people are written to in the language they set in Slack.",
        examples=[{"TEAM_BURGERZAKEN": "nl"}],
    )

    @field_validator("languages", mode="before")
    @classmethod
    def _lower(cls, languages: object) -> object:
        if not isinstance(languages, Mapping):
            return languages
        return {fold(str(team)): str(language).strip().lower() for team, language in languages.items()}

    @field_validator("channels", mode="after")
    @classmethod
    def _folded(cls, channels: Mapping[str, str]) -> dict[str, str]:
        folded = {fold(team): channel for team, channel in channels.items()}
        # One of the two would win in silence.
        if len(folded) < len(channels):
            raise ValueError("names one team twice (capitals, spaces, hyphens and underscores do not count)")
        return folded

    @property
    def asked_languages(self) -> Mapping[str, str]:
        """The languages that channels are to read."""
        return {f"SLACK_LANGUAGES__{team}": language for team, language in self.languages.items()}

    def language_of(self, name: str) -> str | None:
        """The language set for a team or role, if any."""
        return self.languages.get(fold(name))

    def channel_of(self, name: str) -> str | None:
        """The channel id configured for a team or role, if any."""
        return self.channels.get(fold(name))
