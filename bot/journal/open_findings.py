"""What is open on all tickets, and who can settle it: what waits for somebody, without judging anything anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.journal.schema import FINDING
from bot.journal.tickets import TicketRow, Tickets
from domain.lifecycle import Verdict


@dataclass(frozen=True, slots=True)
class AwaitingFinding:
    """A rule that is open on a ticket. `who` can settle it: ("person" | "role" | "group", id, name)."""

    ticket: TicketRow
    rule: str
    verdict: Verdict
    who: tuple[tuple[str, str, str], ...]


class OpenFindings(Tickets):
    """Open findings with their tickets."""

    def open_findings(self) -> tuple[AwaitingFinding, ...]:
        """What is open on tickets that are not gone, the next planned start first."""
        columns = (FINDING.c.rule_id, FINDING.c.verdict, FINDING.c.who, FINDING.c.ticket)
        open_ = FINDING.c.verdict.in_([verdict.value for verdict in Verdict if verdict.open])
        with self.read() as connection:
            found = list(connection.execute(select(*columns).where(open_)).mappings())
        rows = {row.subject: row for row in self.rows_awaiting()}
        kept = [
            AwaitingFinding(
                rows[f["ticket"]], f["rule_id"], Verdict(f["verdict"]), tuple(map(tuple, f["who"] or ()))
            )
            for f in found
            if f["ticket"] in rows
        ]
        return tuple(sorted(kept, key=_soonest))


def _soonest(one: AwaitingFinding) -> tuple[bool, datetime, str, str]:
    start = one.ticket.planned_start
    return start is None, start or one.ticket.updated, one.ticket.key, one.rule
