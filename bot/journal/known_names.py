"""What a source learnt of names that an admin may change: kept from one process to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from bot.journal.schema import META
from bot.journal.transactions import Store, insert


class KnownNames(Store):
    """One document per source. It names types, statuses and fields, and nobody."""

    def names_known(self, source: str) -> Mapping[str, str]:
        """What was kept last; nothing at first."""
        with self.read() as connection:
            query = select(META.c.value).where(META.c.name == _name(source))
            value = connection.execute(query).scalar_one_or_none()
        found: Mapping[str, str] = json.loads(value) if value else {}
        return found

    def keep_names(self, source: str, names: Mapping[str, str]) -> None:
        """Keep these in the place of what was kept before, where they differ."""
        if dict(names) == dict(self.names_known(source)):
            return
        with self.write() as connection:
            new = insert(connection, META).values(
                name=_name(source), value=json.dumps(dict(sorted(names.items())))
            )
            same = new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value})
            connection.execute(same)


def _name(source: str) -> str:
    return f"names:{source}"
