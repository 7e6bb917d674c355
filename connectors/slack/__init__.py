"""Slack: cards and their threads in channels, reminders to people; buttons, a command and a page of their own.

Belongs here: everything said to Slack and heard from it. Not: blocks and words (`bot.messages`), what a button does
(`bot.interactions`).
"""

from __future__ import annotations

from connectors.slack.client import SlackClient
from connectors.slack.doctor import SlackExaminer
from connectors.slack.interactions import SlackInteractions
from connectors.slack.messages import SlackMessages
from connectors.slack.recipients import SlackRecipients
from connectors.slack.response_checks import SYSTEM
from connectors.slack.settings import SlackSettings
from domain.ports.connector import Connector

SETTINGS = SlackSettings


def build(settings: SlackSettings) -> Connector | None:
    """The connector; None without a bot token. Calls nothing."""
    if settings.bot_token is None:
        return None
    client = SlackClient(settings.bot_token.get_secret_value(), settings.api_url)
    return Connector(
        name=SYSTEM,
        examiner=SlackExaminer(client, settings),
        channel=SlackMessages(client),
        recipients=SlackRecipients(client, settings),
        interactions=SlackInteractions(client, settings)
        # Without either nobody could press a button: messages then carry links alone.
        if settings.app_token or settings.signing_secret
        else None,
    )
