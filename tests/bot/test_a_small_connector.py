"""A connector offers what its system can: what it leaves out is what a system that cannot would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from build import ticket
from organisation import organisation

from bot.context import Context
from bot.cycle.cycle import cycle
from bot.journal import Journal
from bot.messages.i18n.speaker import Translator
from domain.people import Person, Role
from domain.ports.connector import Connector, Diagnosis, Health
from domain.ports.errors import Gone, Refused
from domain.ports.messaging import Format, Marker, MessageChannel, Place, RecipientDirectory
from domain.ports.source import Fate, Identity, TicketSource
from domain.ticket import Ticket, TicketRef

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
REF = TicketRef("folder", "1", "CHG-1", NOW)
ELSEWHERE = TicketRef("folder", "2", "CHG-2", NOW)
MARKER = Marker("0123abcd", "hash", 1)
SOMEBODY = Person("acc-rita", "Rita Goossens")


class Folder(TicketSource):
    """A source that can list and read, and nothing else."""

    name = "folder"

    def identify(self) -> Identity:
        return Identity("me", "Sluis")

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        yield REF

    def find(self, key: str) -> TicketRef | None:
        return REF if key == REF.key else None

    def read(self, ref: TicketRef) -> Ticket:
        return ticket(source=self.name, id=ref.id, key=ref.key)


@dataclass
class Printer(MessageChannel):
    """A place to speak from which nothing comes back."""

    name: str = "folder"
    format: Format = Format.PLAIN
    printed: list[str] = field(default_factory=list)

    def create(self, place: Place, body: object, marker: Marker) -> str:
        self.printed.append(str(body))
        return marker.slot


class Pigeonholes(RecipientDirectory):
    """One for each team, and for nobody alone."""

    def channel(self, name: str) -> str | None:
        return f"hole-{name}"

    def setting(self, name: str = "") -> str:
        return f"HOLE__{name}"

    def person(self, person: Person) -> str | None:
        return None


class Doctor:
    def examine(self, roles: object) -> Iterator[Diagnosis]:
        yield Diagnosis(Health.OK, "folder", "it is there")


def small() -> Connector:
    return Connector("folder", Doctor(), source=Folder(), channel=Printer(), mail_recipients=Pigeonholes())


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda source: list(source.census()), [REF]),
        (lambda source: source.roles({Role.CAB: ("Board",)}), {}),
        (lambda source: source.account("rita@example.org"), None),
        (lambda source: source.fate(REF), (Fate.OPEN, REF)),
        (lambda source: source.fate(ELSEWHERE), (Fate.HIDDEN, None)),
    ],
)
def test_a_source_that_only_lists_and_reads(asked, told):
    assert asked(Folder()) == told


def test_a_place_to_speak_that_only_posts():
    printer = Printer()
    assert (printer.create(Place("1"), "hello", MARKER), printer.printed) == ("0123abcd", ["hello"])
    assert (printer.editable, printer.find(Place("1"), MARKER, NOW)) == (False, ())
    with pytest.raises(Refused, match="cannot be edited"):
        printer.update(Place("1"), "0123abcd", "other", MARKER)
    with pytest.raises(Gone, match="cannot be taken back"):
        printer.remove(Place("1"), "0123abcd")


def test_a_way_to_people_that_knows_teams_alone():
    box = Pigeonholes()
    assert (box.channel("cab"), box.default_channel(), box.instead_of("hole-cab")) == ("hole-cab", None, None)
    assert (box.language("cab"), box.locale(SOMEBODY)) == (None, None)


def test_a_run_over_it_says_what_is_lacking_and_a_second_one_nothing_more(sqlite_journal: Journal) -> None:
    connector = small()
    policy = organisation(max_writes=10, roles={Role.CAB: ("Board",)})
    ctx = Context(
        (connector,), sqlite_journal, policy, Translator("en", ZoneInfo("Europe/Brussels")), lambda: NOW
    )
    reports = [cycle(ctx, full) for full in (False, True)]
    assert [problem for report in reports for problem in report.problems] == []
    assert isinstance(connector.channel, Printer)
    (told,) = connector.channel.printed
    assert "Class C3 I3 A3" in told
