"""What follows from the fates of tickets that a complete listing did not show, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from build import NOW, complete
from fakes import Clock

from bot.context import Context
from bot.intake.unlisted import FLOOD, followed_up
from bot.journal import Journal
from bot.messages.i18n.speaker import Translator
from bot.report import Report
from domain.lifecycle import State
from domain.people import Role
from domain.ports.connector import Connector
from domain.ports.errors import AuthRefused, SourceError, Unreachable
from domain.ports.source import Fate, Identity
from domain.ticket import TicketRef

OPEN = replace(complete().ticket, source="jira", state=State.SCHEDULED)


class FakeSource:
    """Knows the fate of tickets, by key; a SourceError among them is raised."""

    name = "jira"

    def __init__(self, fates: dict[str, Fate | SourceError]) -> None:
        self.fates, self.asked = fates, list[str]()
        self.refused: SourceError | None = None

    def identify(self) -> Identity:
        self.asked.append("identify")
        if self.refused:
            raise self.refused
        return Identity("bot", "Sluiswachter")

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        self.asked.append(ref.key)
        found = self.fates[ref.key]
        if isinstance(found, SourceError):
            raise found
        known = found in (Fate.OPEN, Fate.OVER, Fate.MOVED)
        return found, replace(ref, key=f"NEW-{ref.id}") if known else None

    def changed(self, since: object) -> Iterator[TicketRef]:
        raise NotImplementedError

    def census(self, since: object = None) -> Iterator[TicketRef]:
        raise NotImplementedError

    def find(self, key: str) -> TicketRef | None:
        raise NotImplementedError

    def read(self, ref: TicketRef) -> Any:
        raise NotImplementedError

    def roles(self, wanted: dict[Role, Any]) -> Any:
        raise NotImplementedError


def context(journal: Journal, source: FakeSource, stop: bool = False) -> Context:
    connector = Connector("jira", cast("Any", None), source=source)
    return Context(
        (connector,),
        journal,
        cast("Any", None),
        Translator("en", ZoneInfo("Europe/Brussels")),
        Clock(NOW),
        stop=lambda: stop,
    )


def remember(journal: Journal, *keys: str) -> None:
    for key in keys:
        journal.store(replace(OPEN, id=key.rpartition("-")[2], key=key), [], {}, NOW)


def look(
    journal: Journal, fates: dict[str, Fate | SourceError], **more: Any
) -> tuple[list[str], Report, FakeSource]:
    source, report = FakeSource(fates), Report("act", NOW)
    source.refused = more.pop("refused", None)
    ctx = context(journal, source, more.pop("stop", False))
    found = followed_up(ctx, source, more.pop("listed", set()), report)
    return [ref.key for ref in found], report, source


@pytest.mark.parametrize(
    ("fate", "judged", "followed", "note", "problem"),
    [
        (Fate.OPEN, ["NEW-1"], True, "", ""),
        (Fate.OVER, ["NEW-1"], True, "", ""),
        (Fate.MOVED, [], False, "jira: moved out of what is watched, and followed no longer: CHG-1 → NEW-1", ""),
        (Fate.DELETED, [], False, "jira: deleted, and followed no longer: CHG-1", ""),
        (
            Fate.ABSENT,
            [],
            True,
            "",
            "jira: 1 ticket not visible any more (CHG-1); what was said of them stands — "
            "check what the account may see",
        ),
        (
            Fate.HIDDEN,
            [],
            True,
            "",
            "jira: 1 ticket not visible any more (CHG-1); what was said of them stands — "
            "check what the account may see",
        ),
    ],
)  # fmt: skip
def test_each_fate_has_its_own_end(sqlite_journal, fate, judged, followed, note, problem):
    remember(sqlite_journal, "CHG-1")
    found, report, _ = look(sqlite_journal, {"CHG-1": fate})
    assert found == judged
    assert (report.notes, report.problems) == ([note] if note else [], [problem] if problem else [])
    assert bool(sqlite_journal.open_tickets()) is followed


def test_only_open_tickets_that_were_not_listed_are_asked_for(sqlite_journal):
    remember(sqlite_journal, "CHG-1", "CHG-2", "CHG-3")
    sqlite_journal.gone("jira", "3", NOW)
    _, _, source = look(sqlite_journal, {"CHG-2": Fate.OPEN}, listed={"1"})
    assert source.asked == ["CHG-2"], "and who we are is not asked again where nothing is concluded"


@pytest.mark.parametrize(
    "more",
    [
        {"refused": AuthRefused("jira", "expired")},
        {"fates": {"CHG-2": Unreachable("jira", "no answer")}},
        {"stop": True},
    ],
)
def test_in_doubt_nothing_is_concluded(sqlite_journal, more):
    remember(sqlite_journal, "CHG-1", "CHG-2")
    fates = {"CHG-1": Fate.DELETED, "CHG-2": Fate.MOVED} | more.pop("fates", {})
    if more.get("stop"):
        assert look(sqlite_journal, fates, **more)[0] == []
    else:
        with pytest.raises(SourceError):
            look(sqlite_journal, fates, **more)
    assert [row.not_found_at for row in sqlite_journal.open_tickets()] == [None, None]


def test_one_on_which_its_system_breaks_keeps_no_other_from_being_concluded(sqlite_journal):
    remember(sqlite_journal, "CHG-1", "CHG-2", "CHG-3")
    broken = SourceError("jira", "answered 500, for this ticket alone")
    fates = {"CHG-1": Fate.OPEN, "CHG-2": broken, "CHG-3": Fate.DELETED}
    judged, report, _ = look(sqlite_journal, fates)
    assert judged == ["NEW-1"]
    assert report.problems == ["CHG-2: jira: answered 500, for this ticket alone"]
    assert report.notes == ["jira: deleted, and followed no longer: CHG-3"]
    assert [row.key for row in sqlite_journal.open_tickets()] == ["CHG-1", "CHG-2"]


@pytest.mark.parametrize("fate", [Fate.DELETED, Fate.MOVED])
def test_many_that_end_at_once_wait_for_a_second_look(sqlite_journal, fate):
    keys = [f"CHG-{number}" for number in range(FLOOD + 1)]
    remember(sqlite_journal, *keys)
    fates = dict.fromkeys(keys, fate)
    _, first, _ = look(sqlite_journal, fates)
    assert first.notes == []
    (line,) = first.problems
    assert line.startswith(
        "jira: 11 tickets not visible any more (CHG-0, CHG-1, CHG-10, CHG-2, CHG-3 and 6 more)"
    )
    assert len(sqlite_journal.open_tickets()) == 11
    _, second, _ = look(sqlite_journal, fates)
    assert second.problems == [] and len(second.notes) == 1
    assert sqlite_journal.open_tickets() == ()


@pytest.mark.parametrize(
    ("number", "days", "followed", "notes", "problems"),
    [(1, 6, 1, 0, 0), (1, 7, 0, 1, 0), (FLOOD + 1, 7, FLOOD + 1, 0, 1)],
)
def test_absent_tickets_are_waited_for_a_week(sqlite_journal, number, days, followed, notes, problems):
    keys = [f"CHG-{n}" for n in range(number)]
    remember(sqlite_journal, *keys)
    sqlite_journal.out_of_sight("jira", [key.rpartition("-")[2] for key in keys], NOW - timedelta(days=days))
    _, report, _ = look(sqlite_journal, dict.fromkeys(keys, Fate.ABSENT))
    assert (len(report.notes), len(report.problems)) == (notes, problems)
    assert len(sqlite_journal.open_tickets()) == followed


def test_many_deletions_among_very_many_tickets_are_no_flood(sqlite_journal):
    keys = [f"CHG-{number}" for number in range(130)]
    remember(sqlite_journal, *keys)
    fates = dict.fromkeys(keys[: FLOOD + 1], Fate.DELETED)
    listed = {key.rpartition("-")[2] for key in keys[FLOOD + 1 :]}
    assert look(sqlite_journal, fates, listed=listed)[1].problems == []
    assert len(sqlite_journal.open_tickets()) == 119
