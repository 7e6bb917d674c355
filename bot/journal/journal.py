"""The journal as the application holds it."""

from __future__ import annotations

from contextlib import ExitStack

from bot.journal.asked import AskedFor
from bot.journal.engine import connect
from bot.journal.hints import Hints
from bot.journal.marks import Marks
from bot.journal.members import Members
from bot.journal.migrate import upgrade
from bot.journal.slots import DEFAULT_INSTALL
from bot.journal.tickets import Tickets
from bot.journal.waivers import Waivers


class Journal(Tickets, Waivers, Members, AskedFor, Marks, Hints):
    """Everything the bot remembers. Safe between threads; between processes see `open_journal`."""


def open_journal(url: str, *, exclusive: bool = True, install: str = DEFAULT_INSTALL) -> Journal:
    """Open a journal and bring its schema up to date.

    `exclusive` is for who writes outside: see `connect`. On SQLite it also frees what a killed process had
    leased; on PostgreSQL such a lease runs out by itself. `install` tells two installations apart that speak
    in the same systems; it counts when the journal is made, later the stored name stays. Raises JournalError.
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
    return journal
