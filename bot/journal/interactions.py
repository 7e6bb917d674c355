"""What people did in the message service: kept before it is acknowledged, worked off once, remembered for good.

waiting   kept, nothing done yet
decided   what follows from it is on record, in the same transaction; the answer is still to be given
done      answered; what allowed answering, and what was typed, is forgotten
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.receipts import ReceiptRow, put_receipt
from bot.journal.schema import INTERACTION, SNOOZE
from bot.journal.transactions import Store, insert
from bot.journal.waivers import put_waiver
from domain.ports.interactions import Interaction, InteractionKind
from domain.snooze import Snooze, SnoozeKind
from domain.waiver import Waiver

WAITING, DECIDED, DONE = "waiting", "decided", "done"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an interaction: who did it (account and name in the ticket's system), to which ticket ("source:id"),
    one word for the journal, what is put on record, and the answer as data.
    """

    outcome: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    ticket: str = ""
    account: str = ""
    person: str = ""
    pause: Snooze | None = None
    waiver: Waiver | None = None
    receipt: ReceiptRow | None = None


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """An interaction to work on. `answer` is what is still to be said when it was decided already."""

    id: int
    interaction: Interaction
    state: str
    answer: Mapping[str, Any] | None
    attempts: int
    received_at: datetime


class Interactions(Store):
    """The queue, and who asked for rest."""

    def keep(self, one: Interaction, now: datetime) -> bool:
        """Keep an interaction; False when this very interaction was kept before."""
        # In one document, which is emptied as a whole once the answer was given.
        payload = {n: v for n, v in asdict(one).items() if n not in ("id", "deed", "user", "action")}
        row = {
            "key": one.id, "kind": one.deed.value, "user": one.user, "action": one.action, "state": WAITING,
            "payload": payload, "received_at": now, "attempts": 0,
            **dict.fromkeys(("ticket", "account", "person", "outcome"), ""),
        }  # fmt: skip
        with self.write() as connection:
            new = insert(connection, INTERACTION).values(row)
            first = new.on_conflict_do_nothing(index_elements=["key"]).returning(INTERACTION.c.id)
            return connection.execute(first).first() is not None

    def next_interaction(self, owner: str, now: datetime, seconds: int) -> InteractionRow | None:
        """Take the oldest interaction that nobody works on, for so many seconds; None when there is none."""
        rested = or_(INTERACTION.c.next_attempt_at.is_(None), INTERACTION.c.next_attempt_at <= now)
        free = or_(INTERACTION.c.lease_until.is_(None), INTERACTION.c.lease_until < now)
        due = (INTERACTION.c.state != DONE, rested, free)
        oldest = select(func.min(INTERACTION.c.id)).where(*due).scalar_subquery()
        take = (
            update(INTERACTION)
            # The conditions once more: another process may have taken it since the oldest was looked up.
            .where(INTERACTION.c.id == oldest, *due)
            .values(lease_owner=owner, lease_until=now + timedelta(seconds=seconds))
            .returning(INTERACTION)
        )
        with self.write() as connection:
            row = connection.execute(take).mappings().first()
        return _interaction(dict(row)) if row else None

    def decide(self, deed: InteractionRow, owner: str, made: Decided, now: datetime) -> bool:
        """Put on record what came of an interaction: all of it, or nothing. False when somebody else has it by now."""
        held = (
            INTERACTION.c.id == deed.id,
            INTERACTION.c.lease_owner == owner,
            INTERACTION.c.state == WAITING,
        )
        values = {
            # Attempts begin anew: those it took to decide are no reason to give up the answer early.
            "state": DECIDED, "decided_at": now, "answer": dict(made.answer), "ticket": made.ticket,
            "account": made.account, "person": made.person, "outcome": made.outcome, "attempts": 0,
        }  # fmt: skip
        with self.write() as connection:
            if connection.execute(update(INTERACTION).where(*held).values(values)).rowcount == 0:
                return False
            if made.pause:
                _put_snooze(connection, made.pause)
            if made.waiver:
                put_waiver(connection, made.waiver, made.account)
            given = made.receipt if made.receipt and put_receipt(connection, made.receipt) else None
            by = {"by": {"id": made.account, "name": made.person}}
            facts = {"did": made.outcome} | (_receipt(given) if given else {})
            append(connection, Entry(Cause.INTERACTION, made.ticket, facts, by), now)
        return True

    def answered(self, deed: InteractionRow, now: datetime) -> None:
        """The answer was given, or cannot be given any more."""
        forgotten: dict[str, Any] = {"payload": {}, "answer": None, "lease_owner": None, "lease_until": None}
        with self.write() as connection:
            done = update(INTERACTION).where(INTERACTION.c.id == deed.id)
            connection.execute(done.values(state=DONE, done_at=now, **forgotten))

    def try_again(self, deed: InteractionRow, at: datetime) -> None:
        """Give an interaction back, to be looked at again at that moment."""
        later = {"next_attempt_at": at, "lease_owner": None, "lease_until": None}
        with self.write() as connection:
            back = update(INTERACTION).where(INTERACTION.c.id == deed.id)
            connection.execute(back.values(attempts=INTERACTION.c.attempts + 1, **later))

    def waiting_interactions(self) -> int:
        """How many interactions nobody has finished with."""
        with self.read() as connection:
            query = select(func.count()).select_from(INTERACTION).where(INTERACTION.c.state != DONE)
            return int(connection.execute(query).scalar_one())

    def interactions_of(self, ticket: str) -> tuple[Mapping[str, Any], ...]:
        """Who did what about a ticket ("source:id") and when, oldest first."""
        columns = (
            INTERACTION.c.person,
            INTERACTION.c.account,
            INTERACTION.c.action,
            INTERACTION.c.outcome,
            INTERACTION.c.received_at,
        )
        query = select(*columns).where(INTERACTION.c.ticket == ticket).order_by(INTERACTION.c.id)
        with self.read() as connection:
            return tuple(dict(row) for row in connection.execute(query).mappings())

    def free_interactions(self) -> None:
        """Give back what a killed process was working on. Only for who has the journal for itself."""
        with self.write() as connection:
            freed = update(INTERACTION).where(INTERACTION.c.lease_until.is_not(None))
            connection.execute(freed.values(lease_owner=None, lease_until=None))

    def snoozes_of(self, ticket: str) -> tuple[Snooze, ...]:
        """The last snooze of each person for a ticket ("source:id")."""
        query = select(SNOOZE).where(SNOOZE.c.ticket == ticket).order_by(SNOOZE.c.id)
        with self.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return tuple({row["account"]: _snooze(row) for row in rows}.values())

    def snoozes_over(self, since: datetime, now: datetime) -> tuple[Snooze, ...]:
        """Snoozes that ended between two moments: their people asked to hear of it again now."""
        ended = (SNOOZE.c.kind == SnoozeKind.SNOOZED.value, SNOOZE.c.until > since, SNOOZE.c.until <= now)
        with self.read() as connection:
            tickets = connection.execute(select(SNOOZE.c.ticket).where(*ended).distinct()).scalars().all()
        # Of each person the last one counts: a new snooze takes the place of one that has just run out.
        last = (pause for ticket in sorted(tickets) for pause in self.snoozes_of(ticket))
        return tuple(p for p in last if p.kind is SnoozeKind.SNOOZED and since < p.until <= now)


def _put_snooze(connection: Connection, pause: Snooze) -> None:
    values = {n: v for n, v in asdict(pause).items() if n in SNOOZE.c}
    connection.execute(SNOOZE.insert().values(values | {"kind": pause.kind.value}))


def _snooze(row: dict[str, Any]) -> Snooze:
    return Snooze(**{n: v for n, v in row.items() if n != "id"} | {"kind": SnoozeKind(row["kind"])})


def _interaction(row: dict[str, Any]) -> InteractionRow:
    done = Interaction(row["key"], InteractionKind(row["kind"]), row["user"], row["action"], **row["payload"])
    return InteractionRow(row["id"], done, row["state"], row["answer"], row["attempts"], row["received_at"])


def _receipt(one: ReceiptRow) -> dict[str, str]:
    """Of which notification, but for its recipient, whose account is in the name; and when."""
    return {"notice": one.kind.partition(":")[0], "received": one.at.isoformat()}
