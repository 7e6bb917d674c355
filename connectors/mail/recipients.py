"""Where a formal notification goes by e-mail. An address of a person is remembered only while the process lives, under
a name that tells nothing: what the journal keeps holds no address.
"""

from __future__ import annotations

import hashlib
import threading
from email.errors import MessageError
from email.headerregistry import Address

from connectors.mail.settings import MailSettings, fold
from connectors.shared.settings import variable
from domain.people import Person
from domain.ports.messaging import RecipientDirectory


class MailRecipients(RecipientDirectory):
    """Addresses of teams and roles from the settings; those of people as the ticket's system shows them. There is no
    default: a formal notification goes only to whom it is meant for.
    """

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._people: dict[str, str] = {}

    def channel(self, name: str) -> str | None:
        """The name under which the address set for a team or role is found."""
        return f"team:{fold(name)}" if self._settings.address_of(name) else None

    def setting(self, name: str = "") -> str:
        """The variable of a team's or role's address; there is no default one."""
        return f"MAIL_ADDRESSES__{variable(name)}"

    def person(self, person: Person) -> str | None:
        """The name under which a person's address is found in this process; None without a usable address."""
        address = person.email.strip()
        if not _usable(address):
            return None
        # By the person's id and not the address: an outbox row stays the same when somebody's address changes.
        key = "person:" + hashlib.sha256(person.id.encode()).hexdigest()[:16]
        with self._lock:
            self._people[key] = address
        return key

    def address(self, container: str) -> str | None:
        """The address behind a name; None for a person who was not looked up in this process yet."""
        kind, _, name = container.partition(":")
        if kind == "team":
            return self._settings.address_of(name)
        with self._lock:
            return self._people.get(container)


def _usable(address: str) -> bool:
    try:
        found = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        return False
    # Other letters need SMTPUTF8, which not every server on the way offers.
    return bool(found.username and found.domain) and address.isascii()
