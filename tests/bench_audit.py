"""How long the audit trail takes: rows appended a second, and examining 100,000 of them. On PostgreSQL also by several
processes at once, which append one after the other.

python -m tests.bench_audit [ROWS] [DATABASE_URL | postgresql (a server of its own)]
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from bot.journal import Cause, Entry, Journal, append, open_journal
from tests.released import postgres

ALONE = 1000
"""Rows appended in transactions of their own."""
MOMENT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
SNAPSHOT = {"fields": [{"name": f"field {n}", "value": "word " * 12, "readable": True} for n in range(100)]}
"""About 10 kB; every fifth row is a verdict with one."""


def entry(number: int) -> Entry:
    ticket = f"jira:{number % 2000}"
    changes = [{"rule": "ICR-11", "cite": "Vo-ICR R&D v2.1 §1.1", "before": "missing", "after": "met"}]
    if number % 5 == 0:
        return Entry(Cause.VERDICT, ticket, {"key": ticket, "changes": changes}, snapshot=SNAPSHOT)
    facts: dict[str, Any] = {"event": "confirmed", "target": "jira", "kind": "comment", "text": "0" * 32}
    return Entry(Cause.WRITE, ticket, facts, {"to": ["An"]} if number % 5 == 1 else {})


def timed(what: str, count: int, work: Any) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {count} rows, {wall:.1f} s ({cpu:.1f} s of processor time), {count / wall:,.0f} a second")  # noqa: T201


def fill(journal: Journal, rows: int) -> None:
    with journal.write() as connection:
        for number in range(rows):
            append(connection, entry(number), MOMENT)


def one_by_one(url: str, rows: int) -> None:
    """Append each row in a transaction of its own."""
    journal = open_journal(url, exclusive=False)
    for number in range(rows):
        journal.record(entry(number), MOMENT)
    journal.close()


def together(url: str, processes: int) -> None:
    """Several processes append to one chain at the same time. Not counted: until all of them have begun."""
    ready = get_context("spawn").Barrier(processes + 1)
    done = [
        get_context("spawn").Process(target=_joined, args=(url, ALONE // processes, ready))
        for _ in range(processes)
    ]
    for process in done:
        process.start()
    ready.wait()

    def wait() -> None:
        for process in done:
            process.join()

    timed(f"the same, {processes} processes", ALONE, wait)


def _joined(url: str, rows: int, ready: Barrier) -> None:
    open_journal(url, exclusive=False).close()
    ready.wait()
    one_by_one(url, rows)


def main() -> None:
    """Fill a journal and examine it."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, ExitStack() as server:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/bench.db"
        url = server.enter_context(postgres()) if url == "postgresql" else url
        journal = open_journal(url)
        timed("append, in one transaction", rows, lambda: fill(journal, rows))
        timed("append, each in its own", ALONE, lambda: one_by_one(url, ALONE))
        if journal.engine.dialect.name == "postgresql":
            for processes in (2, 4):
                together(url, processes)
        found: list[object] = []
        timed("verify", journal.audit_length(), lambda: found.extend(journal.audit_flaws({})))
        timed("excerpt of one ticket", journal.audit_length(), lambda: journal.audit_excerpt({"jira:7"}))
        journal.close()
    assert not found


if __name__ == "__main__":
    main()
