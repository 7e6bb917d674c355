"""Tickets that time alone makes due: one on which its system breaks is told, and those after it are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from build import NOW, complete
from fakes import Clock

from bot.context import Context
from bot.intake.listing import listed
from bot.journal import Journal
from bot.messages.i18n.speaker import Translator
from bot.report import Report
from domain.ports.connector import Connector
from domain.ports.errors import SourceError, Unreachable
from domain.ports.source import Identity
from domain.ticket import TicketRef


class Source:
    """Lists nothing; `error` is what it answers about CHG-2."""

    name = "jira"

    def __init__(self, error: SourceError) -> None:
        self.error = error

    def identify(self) -> Identity:
        return Identity("bot", "Sluiswachter")

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        return iter(())

    def find(self, key: str) -> TicketRef | None:
        if key == "CHG-2":
            raise self.error
        return TicketRef("jira", key.rpartition("-")[2], key, NOW)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (SourceError("jira", "answered 500, for this ticket alone"), ["CHG-1", "CHG-2", "CHG-3"]),
        (Unreachable("jira", "no connection"), ["CHG-1"]),
    ],
)
def test_what_breaks_on_one_that_is_due_again(
    sqlite_journal: Journal, error: SourceError, found: list[str]
) -> None:
    for key in ("CHG-1", "CHG-2", "CHG-3"):
        one = replace(complete().ticket, source="jira", id=key.rpartition("-")[2], key=key)
        sqlite_journal.store(one, [], {}, NOW)
    sqlite_journal.set_mark("jira", NOW)
    with sqlite_journal.write() as connection:
        connection.exec_driver_sql("UPDATE ticket SET recheck_at = checked_at")
    source, report = cast("Any", Source(error)), Report("act", NOW)
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    connector = Connector("jira", cast("Any", None), source=source)
    ctx = Context((connector,), sqlite_journal, cast("Any", None), speak, Clock(NOW))
    assert [ref.key for ref in listed(ctx, source, report, full=False)] == found
    assert report.source("jira").complete is (len(found) == 3)
