"""An e-mail address as an administrator sets it."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address


def mailbox(value: str) -> str:
    """One plain address, without blanks around it. Raises ValueError with one line for anything else."""
    try:
        found = Address(addr_spec=value.strip())
    except (ValueError, IndexError, MessageError):
        found = None
    # Other letters need SMTPUTF8, which not every server on the way offers.
    if found and found.username and found.domain and value.isascii():
        return value.strip()
    raise ValueError("must be one plain e-mail address, such as sluis@example.org")
