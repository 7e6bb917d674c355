"""E-mail: formal handover notifications that the message service does not take, and the head of the audit trail.

Belongs here: SMTP and where somebody is mailed. Not: when mail takes over from the message service (`bot.notify`).
"""

from __future__ import annotations

from connectors.mail.client import SYSTEM, MailClient
from connectors.mail.doctor import MailExaminer
from connectors.mail.messages import MailMessages
from connectors.mail.recipients import MailRecipients
from connectors.mail.settings import MailSettings
from domain.ports.connector import Connector

SETTINGS = MailSettings


def build(settings: MailSettings) -> Connector | None:
    """The connector; None without a host. Connects to nothing."""
    if settings.host is None:
        return None
    client, letterbox = MailClient(settings), MailRecipients(settings)
    return Connector(
        name=SYSTEM,
        examiner=MailExaminer(client, settings),
        channel=MailMessages(client, letterbox),
        mail_recipients=letterbox,
    )
