"""Recorded exceptions. Nothing is ever deleted or changed in one but its end, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.schema import FINDING, TICKET, WAIVER
from bot.journal.transactions import Store
from domain.lifecycle import Verdict
from domain.people import Role
from domain.waiver import Waiver


@dataclass(frozen=True, slots=True)
class RunningWaiver:
    """An exception that runs, and what its rule last came to; None where it was not asked."""

    waiver: Waiver
    verdict: Verdict | None


class Waivers(Store):
    """One row per rule, so that each can be ended by itself."""

    def record_waiver(self, waiver: Waiver, by_id: str, user: str = "") -> None:
        """Keep a waiver, and have its ticket looked at again. `by_id` is the account of who decided it; `user` the one
        of the machine that entered it in their name.
        """
        with self.write() as connection:
            put_waiver(connection, waiver, by_id, user)

    def waivers_of(self, ticket: str) -> tuple[Waiver, ...]:
        """All that was ever recorded for "source:id", oldest first; one that was ended early runs to that end."""
        query = select(WAIVER).where(WAIVER.c.ticket == ticket).order_by(WAIVER.c.id)
        with self.read() as connection:
            return tuple(_waiver(row) for row in connection.execute(query).mappings())

    def running_waivers(self, now: datetime) -> tuple[RunningWaiver, ...]:
        """All that run now of every ticket, each with the verdict that its rule had at the last look; oldest first."""
        same = (FINDING.c.ticket == WAIVER.c.ticket) & (FINDING.c.rule_id == WAIVER.c.rule_id)
        query = (
            select(WAIVER, FINDING.c.verdict)
            .outerjoin(FINDING, same)
            .where(WAIVER.c.recorded_at <= now, WAIVER.c.until > now, WAIVER.c.ended_at.is_(None))
            .order_by(WAIVER.c.id)
        )
        with self.read() as connection:
            rows = connection.execute(query).mappings()
            return tuple(
                RunningWaiver(_waiver(row), Verdict(row["verdict"]) if row["verdict"] else None)
                for row in rows
            )

    def end_waiver(self, ticket: str, rule: str, now: datetime, by: str = "", user: str = "") -> int:
        """End what is in force for a rule of a ticket; gives how many were. What has ended stays as it ended."""
        running = (
            WAIVER.c.ticket == ticket,
            WAIVER.c.rule_id == rule,
            WAIVER.c.until > now,
            WAIVER.c.ended_at.is_(None),
        )
        with self.write() as connection:
            ended = connection.execute(
                update(WAIVER).where(*running).values(ended_at=now, ended_by=by)
            ).rowcount
            if ended:
                _look_again(connection, ticket, now)
                facts, personal = (
                    {"event": "ended", "rules": [rule]},
                    {"by": {"id": "", "name": by}} | _entered(user),
                )
                append(connection, Entry(Cause.WAIVER, ticket, facts, personal if by else {}), now)
            return int(ended)


def put_waiver(connection: Connection, waiver: Waiver, by_id: str, user: str = "") -> None:
    """Keep a waiver in the transaction of the caller."""
    row = {
        "ticket": waiver.ticket,
        "reason": waiver.reason,
        "by_id": by_id,
        "by_name": waiver.by,
        "role": waiver.role.value,
        "recorded_at": waiver.recorded_at,
        "until": waiver.until,
        "ended_by": "",
    }
    connection.execute(WAIVER.insert(), [row | {"rule_id": rule} for rule in waiver.rules])
    _look_again(connection, waiver.ticket, waiver.recorded_at)
    facts = {
        "event": "recorded",
        "rules": waiver.rules,
        "role": waiver.role.value,
        "until": waiver.until.isoformat(),
    }
    personal = {"by": {"id": by_id, "name": waiver.by}, "reason": waiver.reason} | _entered(user)
    append(connection, Entry(Cause.WAIVER, waiver.ticket, facts, personal), waiver.recorded_at)


def _entered(user: str) -> dict[str, str]:
    """By whom, where somebody else than the person may have typed it."""
    return {"user": user} if user else {}


def _look_again(connection: Connection, ticket: str, now: datetime) -> None:
    # A waiver changes findings and moves no stamp in the source: docs/decisions/008.
    same = TICKET.c.ticket == ticket
    connection.execute(update(TICKET).where(same).values(recheck_at=now))


def _waiver(row: RowMapping) -> Waiver:
    return Waiver(
        ticket=row["ticket"],
        rules=(row["rule_id"],),
        reason=row["reason"],
        by=row["by_name"],
        role=Role(row["role"]),
        recorded_at=row["recorded_at"],
        until=min(row["until"], row["ended_at"] or row["until"]),
        account=row["by_id"],
    )
