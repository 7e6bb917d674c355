"""Changes of settings on the audit trail."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.journal.audit import PERSONAL, Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.schema import AUDIT, AUDIT_PERSONAL
from bot.journal.transactions import Store, digest
from domain.hash_chain import seal


class InForce(Store):
    """Which settings were in force from when on."""

    def note_settings(self, values: Mapping[str, str | None], at: datetime) -> bool:
        """Put the settings in force on record, unless they are those of the last time. True when they changed.

        The names go on record, and which of them changed; of values only a salted hash is kept. A value of None is
        neither kept nor hashed.
        """
        with self.write() as connection:
            known = _last(connection)
            # The same salt again: under another one no value could be seen to be the same.
            salt = known.get("salt") or secrets.token_hex(16)
            hashes = {name: "" if value is None else seal(salt, value) for name, value in values.items()}
            before: Mapping[str, str] = known.get("hashes", {})
            if hashes == before:
                return False
            changed = sorted(n for n in hashes.keys() | before.keys() if hashes.get(n) != before.get(n))
            facts = {"settings": sorted(values), "changed": changed, "digest": digest(hashes)}
            append(connection, Entry(Cause.SETTINGS, "", facts, {"salt": salt, "hashes": hashes}), at)
            return True


def _last(connection: Connection) -> dict[str, Any]:
    """Salt and hashes of the last time; empty before the first."""
    latest = select(AUDIT.c.seq).where(AUDIT.c.cause == Cause.SETTINGS).order_by(AUDIT.c.seq.desc()).limit(1)
    query = select(AUDIT_PERSONAL.c.body).where(
        AUDIT_PERSONAL.c.seq == latest.scalar_subquery(), AUDIT_PERSONAL.c.part == PERSONAL
    )
    body = connection.execute(query).scalar_one_or_none()
    found: dict[str, Any] = json.loads(body) if body else {}
    return found
