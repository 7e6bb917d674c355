"""What the bot saw of each ticket from one look to the next: a row per ticket, which goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from bot.journal.schema import LOOK
from bot.journal.transactions import Store, digest, insert
from bot.policy.looks import ASSETS, CONTENTS, Kept, Key, Observation, Remembered, Seen, looked
from domain.ticket import Change


class OwnLooks(Store):
    """What is remembered of tickets. It is written with the ticket: see `Tickets.store`."""

    def remembered(self, ticket: str) -> Remembered | None:
        """What looks at a ticket ("source:id") have shown; None before the first that was kept."""
        with self.read() as connection:
            return _remembered(connection, ticket)


def put_look(connection: Connection, ticket: str, look: Observation) -> None:
    """Keep one more look at a ticket. Where it shows what the last one did, only its moment is written."""
    shown = digest(_seen(look))
    same = (LOOK.c.ticket == ticket, LOOK.c.digest == shown)
    # In order, or the looks of a process that was slower, or of a clock that was ahead, would pass for the last.
    in_order = (LOOK.c.began <= look.began, LOOK.c.looked_at <= look.at)
    stamp = {"began": look.began, "looked_at": look.at}
    if connection.execute(update(LOOK).where(*same, *in_order).values(stamp)).rowcount:
        return
    before = _remembered(connection, ticket)
    after = looked(before, look)
    if after is before:
        return
    row = insert(connection, LOOK).values(
        ticket=ticket,
        first=after.first,
        began=after.began,
        looked_at=after.at,
        digest=shown,
        seen=[_kept(key, one) for key, one in after.kept.items()],
        changes=[_change(one) for one in after.changes],
    )
    fresh = {column.name: row.excluded[column.name] for column in LOOK.c if column.name != "ticket"}
    connection.execute(row.on_conflict_do_update(index_elements=["ticket"], set_=fresh))


def _remembered(connection: Connection, ticket: str) -> Remembered | None:
    row = connection.execute(select(LOOK).where(LOOK.c.ticket == ticket)).mappings().one_or_none()
    return _read(row) if row else None


def _read(row: RowMapping) -> Remembered:
    kept = dict(map(_read_kept, row["seen"]))
    return Remembered(
        row["first"], row["began"], row["looked_at"], kept, tuple(map(_read_change, row["changes"]))
    )


def _seen(look: Observation) -> list[Any]:
    return sorted([*key, one.text, one.mark, one.where, sorted((one.parts or {}).items())]
                  for key, one in look.seen.items())  # fmt: skip


def _kept(key: Key, kept: Kept) -> dict[str, Any]:
    seen = kept.seen
    parts = None if seen.parts is None else _parts(key, seen.parts)
    found: dict[str, Any] = {"of": key[0], "field": key[1], "text": seen.text, "mark": seen.mark}
    found |= {"where": seen.where, "since": _stamp(kept.since)}
    told = {name: value for name, value in found.items() if value}
    return told if parts is None else told | {"parts": parts}


def _parts(key: Key, parts: Mapping[str, str]) -> list[Any]:
    if key[1] in (ASSETS, CONTENTS):
        return [list(one) for one in parts.items()]
    # As people are told everywhere, so that they are found when they are to be shown or erased.
    return [{"id": one, "name": name} for one, name in parts.items()]


def _read_kept(kept: Mapping[str, Any]) -> tuple[Key, Kept]:
    parts = kept.get("parts")
    named = None if parts is None else dict(map(_read_part, parts))
    seen = Seen(kept.get("text", ""), kept.get("mark", ""), kept.get("where", ""), named)
    return (kept.get("of", ""), kept["field"]), Kept(seen, _moment(kept.get("since")))


def _read_part(part: Any) -> tuple[str, str]:
    one, name = (part["id"], part["name"]) if isinstance(part, dict) else part
    return one, name


def _change(change: Change) -> dict[str, Any]:
    found = {"field": change.field, "of": change.of, "before": change.before, "after": change.after}
    return found | {"since": _stamp(change.since), "at": _stamp(change.at)}


def _read_change(kept: Mapping[str, Any]) -> Change:
    at = datetime.fromisoformat(kept["at"])
    return Change(kept["field"], kept["before"], kept["after"], None, at, _moment(kept["since"]), kept["of"])


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
