"""Looks whether the mail server lets us in. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.mail.client import SYSTEM, MailClient
from connectors.mail.settings import MailSettings
from domain.people import Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError

_FORMAL = (Role.OPERATIONS, Role.DPO)
"""Roles that formal notifications go to."""


class MailExaminer:
    """Connection, login, and which roles have an address."""

    def __init__(self, client: MailClient, settings: MailSettings) -> None:
        self._client, self._settings = client, settings

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        """One line per thing looked at."""
        try:
            self._client.probe()
            yield Diagnosis(Health.OK, SYSTEM, "the server lets us in")
        except SourceError as error:
            yield Diagnosis(Health.FAILED, SYSTEM, str(error), error.fix)
        # Also when the server cannot be reached: an address is a setting, and two faults are told in one go.
        for role in _FORMAL:
            if self._settings.address_of(role.value) is None:
                about = f"mail address of {role.value}"
                fix = f"set MAIL_ADDRESSES__{role.value.upper()}"
                yield Diagnosis(Health.WARNING, about, "none: what Slack does not take waits", fix)
