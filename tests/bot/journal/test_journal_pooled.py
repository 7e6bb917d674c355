"""PostgreSQL behind a pooler that gives each transaction whatever session is free: nothing may be left on one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, event, make_url, text
from test_journal_ledger import COMMENT, NOW, TICKET, finding

from bot.journal import Journal, connect, open_journal
from bot.journal.engine import behind_pooler
from domain.lifecycle import Verdict
from domain.people import Group, Person, Role, RoleMembers
from domain.ports.interactions import Interaction, InteractionKind
from domain.requests import OnceKey

OURS = 7


class Pooler:
    """Stands between us and the server as a pooler does in what can be seen from outside: it names each session by a
    number of its own.
    """

    def __init__(self, server: Any) -> None:
        self.server, self.door = server, socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.door.accept()
                behind = socket.socket(socket.AF_UNIX if isinstance(self.server, str) else socket.AF_INET)
                behind.connect(self.server)
                for one, other, change in ((client, behind, False), (behind, client, True)):
                    threading.Thread(target=self._pass, args=(one, other, change), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, change: bool) -> None:
        with suppress(OSError):
            while got := one.recv(65536):
                # BackendKeyData: K, length 12, the number of the process, a secret.
                at = got.find(b"K\x00\x00\x00\x0c") if change else -1
                if at >= 0:
                    got, change = got[: at + 5] + OURS.to_bytes(4) + got[at + 9 :], False
                other.sendall(got)
        for line in (one, other):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def direct_url(make_postgres: Callable[[str], str], postgres_template: str) -> str:
    return make_postgres(postgres_template)


@pytest.fixture
def pooled_url(direct_url: str) -> Iterator[str]:
    url = make_url(direct_url)
    folder, port = url.query.get("host") or url.host, url.port or 5432
    pooler = Pooler(f"{folder}/.s.PGSQL.{port}" if str(folder).startswith("/") else (folder, port))
    through = url.set(host="127.0.0.1", port=pooler.port).difference_update_query(["host"])
    yield through.render_as_string(hide_password=False)
    pooler.door.close()


def sessions(url: str, query: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text(query)).scalar_one())
    engine.dispose()
    return found


def live(journal: Journal) -> None:
    """Every kind of work that a run and what people do give a journal."""
    run = journal.start_run("act", NOW)
    journal.watch("jira", {Role.CAB: RoleMembers((Person("an", "An"),), (Group("g", "CAB"),))}, NOW)
    journal.store(TICKET, [finding("ICR-1", Verdict.MISSING)], {}, NOW, [COMMENT])
    journal.enqueue_once([OnceKey("remind:x", NOW.date())], [], NOW)
    journal.free_dead_leases()
    for due in journal.due_rows(NOW):
        assert journal.lease(due.id, journal.own_name(), NOW, 60)
    journal.keep(Interaction("d1", InteractionKind.COMMAND, "U1"), NOW)
    assert journal.next_interaction(journal.own_name(), NOW, 60)
    for _ in range(20):  # psycopg prepares a statement that it has seen five times
        journal.previous("jira", TICKET.id)
        journal.seen(journal.open_tickets()[0].ref)
    journal.set_mark("jira", NOW)
    journal.end_run(run, NOW, 0, {}, ["jira"])


def test_each_transaction_on_a_session_of_its_own(direct_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.journal.lease_owners.behind_pooler", lambda _: True)
    engine = create_engine(direct_url, poolclass=NullPool, connect_args={"prepare_threshold": None})
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _, __, statement, *___: said.append(statement))
    journal = Journal(engine)
    live(journal)
    journal.close()
    assert not [
        one for one in said if one.lstrip().upper().startswith(("SET ", "LISTEN", "PREPARE", "DECLARE"))
    ]
    assert not [one for one in said if "pg_advisory_lock" in one]


def test_nothing_is_left_on_a_session(pooled_url: str, direct_url: str) -> None:
    journal = open_journal(pooled_url)
    live(journal)
    assert journal.pooled()
    assert not journal.own_name().startswith("p")
    assert sessions(direct_url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    with journal.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0
    journal.close()


def test_a_direct_address_is_told_from_a_pooler(pooled_url: str, direct_url: str) -> None:
    for url, pooled in ((direct_url, False), (pooled_url, True)):
        engine = connect(url)
        with engine.connect() as connection:
            assert behind_pooler(connection) is pooled
        engine.dispose()


def test_a_direct_address_keeps_its_sign_of_life_and_prepares_nothing(direct_url: str) -> None:
    journal = open_journal(direct_url)
    live(journal)
    assert journal.own_name().startswith("p")
    assert not journal.pooled()
    with journal.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0
    journal.close()
