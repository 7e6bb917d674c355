"""The journal as the application holds it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bot.journal.audit import Audit
from bot.journal.backup import Backups
from bot.journal.clock_ahead import ClockAhead
from bot.journal.coverage import Coverage
from bot.journal.engine import connect, gone_mark
from bot.journal.interactions import Interactions
from bot.journal.known_names import KnownNames
from bot.journal.looks import OwnLooks
from bot.journal.memberships import Members
from bot.journal.migrate import upgrade
from bot.journal.open_findings import OpenFindings
from bot.journal.outbox import DEFAULT_INSTALL
from bot.journal.privacy import Persons
from bot.journal.receipts import Receipts
from bot.journal.requests import Requests
from bot.journal.retention import Retention
from bot.journal.runs import Runs
from bot.journal.settings_in_force import InForce
from bot.journal.waivers import Waivers
from bot.journal.webhook_events import WebhookEvents
from bot.journal.write_allowance import Allowances


class Journal(
    OpenFindings,
    Waivers,
    OwnLooks,
    Members,
    Interactions,
    Receipts,
    Requests,
    Runs,
    Coverage,
    ClockAhead,
    KnownNames,
    WebhookEvents,
    Allowances,
    Audit,
    InForce,
    Persons,
    Retention,
    Backups,
):
    """Everything the bot remembers. Safe between threads; between processes see `open_journal`."""


def open_journal(url: str, *, exclusive: bool = True, install: str = DEFAULT_INSTALL) -> Journal:
    """Open a journal and bring its schema up to date.

    `exclusive` is for who writes outside: see `connect`. On SQLite it also frees what a killed process had leased, and
    takes the journal for one that was put back (`Backups`) when the one before it was removed or replaced in use; on
    PostgreSQL see `bot.journal.lease_owners`. `install` tells two installations apart that speak in the same systems;
    it counts when the journal is made, later the stored name stays. Raises JournalError.
    """
    with ExitStack() as undo:
        engine = connect(url, exclusive=exclusive)
        undo.callback(engine.dispose)
        upgrade(engine)
        undo.pop_all()  # all went well: the engine stays
    journal = Journal(engine)
    journal.install_name = install
    if exclusive and engine.dialect.name == "sqlite":
        journal.free_leases()
        journal.free_interactions()
        mark = gone_mark(Path(str(engine.url.database)).resolve())
        if mark.exists():
            journal.put_back(datetime.now(UTC))
            mark.unlink()
    return journal
