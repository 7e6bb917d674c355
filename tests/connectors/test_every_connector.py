"""What holds of every connector of the catalogue, whichever it is. A new one is held by it from its first line.

`tests/connectors/<name>/switched_on.env` switches one on, at an address where nobody answers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from bot.settings.load import GROUPS
from bot.settings.reading import prefix, variables
from connectors.catalog import CONNECTORS, Entry
from domain.people import Person, Role
from domain.ports.assets import AssetBook, Relations
from domain.ports.connector import Connector, Examiner, Health, Line
from domain.ports.errors import SourceError
from domain.ports.interactions import InteractionGateway
from domain.ports.messaging import Marker, MessageChannel, Place, RecipientDirectory
from domain.ports.source import Inbound, TicketSource
from domain.ticket import AssetRef, TicketRef

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "connectors"
PORTS: dict[str, type] = {
    "examiner": Examiner,
    "source": TicketSource,
    "book": AssetBook,
    "channel": MessageChannel,
    "recipients": RecipientDirectory,
    "relations": Relations,
    "inbound": Inbound,
    "circuit": Line,
    "interactions": InteractionGateway,
    "mail_recipients": RecipientDirectory,
}
NO_CONNECTORS = {"sandbox", "shared", "__pycache__"}
SECRET = re.compile(r"(^|_)(token|pat|password|secret|key)$")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOMEBODY = Person("acc-rita", "Rita Goossens", email="rita.goossens@example.org")

each = pytest.mark.parametrize("entry", CONNECTORS, ids=lambda entry: entry.name)


def switched_on(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> Connector:
    given = dotenv_values(ROOT / "tests" / "connectors" / entry.name / "switched_on.env")
    assert given, f"tests/connectors/{entry.name}/switched_on.env is to say what switches it on"
    for name, value in given.items():
        monkeypatch.setenv(name, value or "")
    built = entry.build(entry.settings())
    assert built is not None
    # Pauses before another try are somebody else's to test.
    monkeypatch.setattr("time.sleep", lambda _: None)
    return built


def offered(built: Connector) -> Iterator[tuple[str, Any]]:
    """What it offers, by its name in a `Connector`."""
    yield from ((port, part) for port in PORTS if (part := getattr(built, port)) is not None)


def test_every_folder_is_in_the_catalogue_once() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()} - NO_CONNECTORS
    assert sorted(entry.name for entry in CONNECTORS) == sorted(folders)


@each
def test_it_is_its_folder_and_its_prefix(entry: Entry) -> None:
    folder = import_module(f"connectors.{entry.name}")
    assert (folder.SETTINGS, folder.build) == (entry.settings, entry.build)
    assert prefix(entry.settings) == f"{entry.name.upper()}_"
    assert GROUPS[entry.name] is entry.settings


@each
def test_every_setting_has_words_and_a_secret_cannot_be_shown(entry: Entry) -> None:
    assert entry.settings.__doc__
    for name, field in entry.settings.model_fields.items():
        assert (field.description or "").endswith((".", ")")), f"{name}: say in a sentence what it is for"
        if SECRET.search(name):
            assert "SecretStr" in str(field.annotation), f"{name}: must be a SecretStr"


@each
def test_its_page_names_every_setting_and_says_how_it_behaves(entry: Entry) -> None:
    page = (FOLDER / entry.name / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# ")
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert "Settings" in headings
    assert [heading for heading in headings if heading.startswith("How it ")]
    assert [name for name, _ in variables(entry.settings) if name not in page] == []


@each
def test_without_its_settings_it_is_off(entry: Entry) -> None:
    assert entry.build(entry.settings()) is None


@each
def test_what_it_offers_has_the_methods_of_its_port(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    built = switched_on(entry, monkeypatch)
    assert built.name == entry.name
    assert {port for port, _ in offered(built)} - {"examiner", "circuit"}, "it offers something"
    for port, part in offered(built):
        for name, wanted in vars(PORTS[port]).items():
            if inspect.isfunction(wanted) and not name.startswith("_"):
                taken = inspect.signature(getattr(type(part), name)).parameters
                assert list(taken) == list(inspect.signature(wanted).parameters), f"{port}.{name}"


@each
def test_a_system_whose_tickets_it_reads_or_where_people_act_has_a_page_of_facts(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = switched_on(entry, monkeypatch)
    if built.source or built.interactions:
        facts = (ROOT / "docs" / f"{entry.name}-facts.md").read_text(encoding="utf-8")
        assert len(re.findall(r"`[\w/.]*::?test_\w+`", facts)) > 20, "a fact names the test that holds it"


ID = f"change_request:{'0' * 32}"
"""An id that the strictest of them takes for one of its own."""
REF = TicketRef("anywhere", ID, "CHG-1", NOW)
MARKER = Marker("0123abcd", "hash", 1)
ASKED: dict[str, tuple[Callable[[Any], object], ...]] = {
    "source": (
        lambda source: source.identify(),
        lambda source: list(source.changed(None)),
        lambda source: list(source.census()),
        lambda source: source.find("CHG-1"),
        lambda source: source.read(REF),
        lambda source: source.roles({Role.CAB: ("Board",)}),
        lambda source: source.fate(REF),
        lambda source: source.account("rita.goossens@example.org"),
    ),
    "book": (lambda book: book.look_up((AssetRef(book.name, "A1", "Website"),)),),
    "relations": (lambda relations: relations.related((AssetRef(relations.name, "A1", "Website"),)),),
    "channel": (
        lambda outlet: outlet.format,
        lambda outlet: outlet.find(Place(ID), MARKER, NOW),
        lambda outlet: outlet.remove(Place(ID), "2"),
    ),
    "recipients": (
        lambda postbox: postbox.person(SOMEBODY),
        lambda postbox: postbox.locale(SOMEBODY),
        lambda postbox: postbox.channel("cab"),
    ),
    "mail_recipients": (lambda letterbox: letterbox.person(SOMEBODY),),
    "inbound": (
        lambda inbound: inbound.hints({}, b"{}"),
        lambda inbound: inbound.hints({"X-Hub-Signature": "sha256=0"}, b"\xff"),
    ),
}


@each
def test_where_nobody_answers_it_says_no_in_our_words(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    built, said = switched_on(entry, monkeypatch), []
    for port, part in offered(built):
        for ask in ASKED.get(port, ()):
            try:
                ask(part)
            except SourceError as error:
                said.append(error)
    assert all(error.system and "\n" not in str(error) for error in said)
    assert "never-to-be-shown" not in "".join(error.advice for error in said)
    assert said or not built.source


@each
def test_its_doctor_tells_it_too_with_what_to_do_and_writes_nothing(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = switched_on(entry, monkeypatch)
    lines = list(built.examiner.examine({Role.CAB: ("Board",)}))
    ill = [line for line in lines if line.health is Health.FAILED]
    assert ill
    assert all(line.about and line.detail for line in lines)
    assert "never-to-be-shown" not in str(lines)


def test_there_are_secrets_that_could_be_shown() -> None:
    kept = (ROOT / "tests" / "connectors").glob("*/switched_on.env")
    assert sum("never-to-be-shown" in file.read_text(encoding="utf-8") for file in kept) >= 3
