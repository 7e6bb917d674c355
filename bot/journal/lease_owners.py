"""On PostgreSQL, whether the process that holds a lease still lives.

Each process that leases holds a session advisory lock for as long as it lives; the server lets go of it when the
connection ends, also after kill -9. A lease whose owner has no such lock is void at once: nobody waits for its time to
run out. (The two-key advisory locks of a database: postgresql.org/docs/current/explicit-locking.html, and the view
pg_locks, where `objsubid` 2 tells them.)

Behind a pooler there is no session of one's own, and a lock would stay on it for whoever gets it next. There a process
leases under a name without a sign of life, and what it had in hand when it was killed waits until its lease runs out.
"""

from __future__ import annotations

import secrets
import threading
import weakref

from sqlalchemy import Connection, Engine, String, cast, column, func, literal, select, table, update
from sqlalchemy.exc import DBAPIError

from bot.journal.engine import behind_pooler
from bot.journal.schema import INTERACTION, OUTBOX

OURS = 0x51015
"""The first key of our locks, which tells them from those of other programs in the same database."""

_LOCKS = table("pg_locks", *(column(c) for c in ("locktype", "database", "classid", "objid", "objsubid")))
_DATABASES = table("pg_database", column("oid"), column("datname"))


class Presence:
    """The sign of life of this process. `name` begins the owner's name of every lease it takes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = (
            threading.Lock()
        )  # cycles and what people do in Slack are worked on in threads of their own
        self._line: Connection | None = None
        self._number = 0
        self._pooled: bool | None = None

    @property
    def pooled(self) -> bool:
        """Whether there is a pooler between us and the server. Raises DBAPIError."""
        if self._pooled is None:
            with self._engine.connect() as connection:
                self._pooled = behind_pooler(connection)
        return self._pooled

    @property
    def name(self) -> str:
        """Such as "p12345:"; taken out anew where the line to the server was lost, and empty behind a pooler. Raises
        DBAPIError.
        """
        with self._lock:
            if self.pooled:
                return ""
            if self._line is not None:
                try:
                    self._line.execute(select(1))
                except DBAPIError:
                    self._end()
            if self._line is None:
                # Each of the two keys of an advisory lock is a signed number of 32 bits.
                self._number = secrets.randbelow(2**31)
                # The session holds the lock; a transaction would stay open for as long as the process lives.
                self._line = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                weakref.finalize(
                    self, _let_go, self._line
                )  # a journal that nobody closes keeps no session open
                self._line.execute(select(func.pg_advisory_lock(OURS, self._number)))
            return f"p{self._number}:"

    def end(self) -> None:
        """Let go of the lock and the line."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            _let_go(line)


def _let_go(line: Connection) -> None:
    if not line.closed:
        line.invalidate()  # back in the pool, the session would keep its lock
        line.close()


def free_dead(connection: Connection) -> None:
    """Give back what processes that are no more had leased: messages to write, and interactions to work on."""
    # The view shows the locks of the whole server, and another database may hold a journal too.
    here = select(_DATABASES.c.oid).where(_DATABASES.c.datname == func.current_database()).scalar_subquery()
    alive = select(literal("p") + cast(_LOCKS.c.objid, String)).where(
        _LOCKS.c.locktype == "advisory",
        _LOCKS.c.database == here,
        _LOCKS.c.classid == OURS,
        _LOCKS.c.objsubid == 2,
    )
    for leased in (OUTBOX, INTERACTION):
        owner = func.split_part(leased.c.lease_owner, ":", 1)
        # A lease under a name of another form has no sign of life to go by: its time runs out.
        dead = (leased.c.lease_owner.like("p%:%"), owner.not_in(alive))
        connection.execute(update(leased).where(*dead).values(lease_owner=None, lease_until=None))
