"""The connectors there are. A new one is one folder and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors import jira, mail, register, servicenow, slack
from connectors.shared.settings import EnvSettings
from domain.ports.connector import Connector


@dataclass(frozen=True, slots=True)
class Entry:
    """A connector: its settings, and how it is built from them. `build` gives None when it is switched off."""

    name: str
    settings: type[EnvSettings]
    build: Callable[[Any], Connector | None]


CONNECTORS = (
    Entry("jira", jira.SETTINGS, jira.build),
    Entry("servicenow", servicenow.SETTINGS, servicenow.build),
    Entry("register", register.SETTINGS, register.build),
    Entry("slack", slack.SETTINGS, slack.build),
    Entry("mail", mail.SETTINGS, mail.build),
)
