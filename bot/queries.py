"""What a command asks of the journal, and what it keeps there, without a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.bootstrap import now, policy
from bot.journal import Allowance, Journal, JournalError, open_journal
from bot.messages.intent import COMMENT
from bot.outbox.undelivered import examined
from bot.policy.overdue import rule_infos
from bot.policy.waiting_time import waits
from bot.settings.load import Settings, SettingsError
from domain.ports.connector import Diagnosis, Health
from domain.waiting import Wait


def _opened(settings: Settings) -> Journal:
    try:
        # A bot may be at work on it: who only asks takes no lock.
        return open_journal(settings.bot.database_url, exclusive=False)
    except JournalError as error:
        raise SettingsError([f"SLUIS_DATABASE_URL: {error}"]) from error


def refused(settings: Settings) -> dict[str, str]:
    """Keys of open tickets that do not take the bot's comment, with their system's own reason, perhaps empty.
    Raises SettingsError when the journal cannot be opened.
    """
    journal = _opened(settings)
    try:
        reasons = journal.refused(COMMENT)
        rows = {row.subject: row.key for row in journal.open_tickets()}
    finally:
        journal.close()
    return {rows[ticket]: reason for ticket, reason in reasons.items() if ticket in rows}


def undelivered(settings: Settings) -> Iterator[Diagnosis]:
    """What waits to be delivered, and why, out of the journal. Raises SettingsError when that cannot be opened."""
    journal = _opened(settings)
    try:
        refusing = journal.refused(COMMENT)
        open_ = {row.subject for row in journal.open_tickets()}
        # These the doctor names one by one: see `refused`.
        told = refusing.keys() & open_
        unsent = [one for one in journal.unsent() if one.kind != COMMENT or one.ticket not in told]
        if journal.pooled():
            yield Diagnosis(
                Health.WARNING,
                "SLUIS_DATABASE_URL",
                "the database is behind a pooler: what a killed process was writing waits ten minutes for the next one",
                "give a direct address where that is too long",
            )
        yield from examined(unsent, settings.bot.hours.office, now())
    finally:
        journal.close()


def last_report(settings: Settings) -> dict[str, Any] | None:
    """The report of the last finished run; None before the first. Raises SettingsError when the journal cannot be
    opened.
    """
    journal = _opened(settings)
    try:
        run = journal.last_run()
    finally:
        journal.close()
    report: dict[str, Any] | None = run["report"] if run else None
    return report


def waiting(settings: Settings) -> tuple[Wait, ...]:
    """What waits for somebody now, by the journal. Raises SettingsError."""
    asked = policy(settings)
    journal = _opened(settings)
    try:
        rows, points = journal.rows_awaiting(), journal.points()
    finally:
        journal.close()
    return waits(rows, points, rule_infos(asked.packs), asked.calendar_of, now())


def allow(settings: Settings, messages: int, by: str, user: str) -> None:
    """Keep a person's word that the next cycle may write so many messages; it counts for a day, once. `user` is the
    account of the machine that says so, `by` in whose name. Raises SettingsError.
    """
    journal = _opened(settings)
    try:
        given = now()
        journal.allow(Allowance(messages, by, user, given + timedelta(days=1)), given)
    finally:
        journal.close()
