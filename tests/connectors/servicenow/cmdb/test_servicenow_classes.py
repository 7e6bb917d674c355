"""Classification from the classes and columns an admin names, and what the values of these columns mean."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from servicenow_helpers import START, Instance, settings_for

from bot.policy.classification import classify
from connectors.servicenow.cmdb.register import Cmdb
from domain.asset import Dimension
from domain.fields import Field
from domain.people import Group, Person
from domain.sentence import Quote
from domain.ticket import AssetRef
from sandbox.server import Server

APP = "cmdb_ci_business_app"
NAMED = "cmdb_ci_business_app.data_classification"
WORDS = {"confidentiality": "Public=1,Internal=2,Confidential=4,Restricted=5"}
CRITICAL = {
    "availability": "1 - most critical=5,2 - somewhat critical=4,3 - less critical=2,4 - not critical=1"
}


def field_of(book: Cmdb, sys_id: str, name: str = "confidentiality") -> Field:
    ref = AssetRef("servicenow", sys_id, "x")
    found: Field = getattr(book.look_up([ref])[ref], name)
    return found


@pytest.mark.parametrize(
    ("value", "settings", "expected"),
    [
        ("Confidential", {"ci_values": WORDS}, Field(4, where=NAMED)),
        ("restricted", {"ci_values": WORDS}, Field(5, where=NAMED)),
        ("Secret", {"ci_values": WORDS}, Field(None, raw="Secret", where=NAMED)),
        (
            "5",
            {"ci_values": WORDS},
            Field(None, raw="5", where=NAMED),
        ),  # no number is guessed beside the words
        ("Confidential", {}, Field(None, raw="Confidential", where=NAMED)),  # no word is guessed
        ("4 - confidential", {}, Field(4, where=NAMED)),
        ("", {"ci_values": WORDS}, Field(None, where=NAMED)),
    ],
)
def test_a_named_value_is_a_class_and_any_other_is_shown(
    instance: Instance, configured: Any, value: str, settings: dict[str, Any], expected: Field
) -> None:
    app = instance.add_ci(APP, name="Dossiers", data_classification=value)
    book = configured(ci_fields={"confidentiality": NAMED}, **settings).book
    assert field_of(book, app) == expected


def test_an_unknown_value_is_a_finding_for_the_team_and_judged_by_default(
    instance: Instance, configured: Any
) -> None:
    app = instance.add_ci(APP, name="Dossiers", data_classification="Secret")
    instance.set("change_request", instance.change, cmdb_ci=app)
    tools = configured(ci_fields={"confidentiality": NAMED}, ci_values=WORDS)
    ticket = tools.read(instance.number)
    (subject,), _ = classify(ticket, tools.book.look_up(ticket.assets), frozenset(), default=3)
    assert subject.level(Dimension.CONFIDENTIALITY) == 3
    assert dict(subject.problems[0].args)["raw"] == Quote("Secret")


@pytest.mark.parametrize(("label", "level"), [("1 - most critical", 5), ("4 - not critical", 1)])
def test_criticality_counts_down(instance: Instance, configured: Any, label: str, level: int) -> None:
    """Read as a class, "1 - most critical" would ask the least of the most critical service."""
    service = instance.add_ci("cmdb_ci_service", name="Loket", busines_criticality=label)
    book = configured(
        ci_fields={"availability": "cmdb_ci_service.busines_criticality"}, ci_values=CRITICAL
    ).book
    assert field_of(book, service, "availability").value == level


def test_a_choice_that_says_two_things_says_nothing(instance: Instance, configured: Any) -> None:
    instance.state.insert(
        "sys_choice",
        {"name": "cmdb_ci_service", "element": "busines_criticality", "value": "1", "label": "3 - intern"},
    )
    instance.state.tables["cmdb_ci_service"].columns["u_level"] = "choice"
    instance.state.insert(
        "sys_choice", {"name": "cmdb_ci_service", "element": "u_level", "value": "1", "label": "3 - intern"}
    )
    service = instance.add_ci("cmdb_ci_service", name="Loket", u_level="1")
    book = configured(ci_fields={"integrity": "cmdb_ci_service.u_level"}).book
    assert field_of(book, service, "integrity") == Field(
        None, raw="3 - intern", where="cmdb_ci_service.u_level"
    )


@pytest.fixture
def classes(instance: Instance) -> Instance:
    """A class below the business application, and a server, which is neither."""
    table = type(instance.state.tables[APP])
    instance.state.tables["u_cmdb_municipal_app"] = table("u_cmdb_municipal_app", APP, {"u_class": "string"})
    instance.state.rows["u_cmdb_municipal_app"] = {}
    return instance


@pytest.mark.parametrize(
    ("kind", "cells", "columns", "expected"),
    [
        ("u_cmdb_municipal_app", {"data_classification": "4"}, NAMED, Field(4, where=NAMED)),
        ("cmdb_ci_business_app", {}, f"{NAMED},u_integrity", Field(3, where="u_integrity")),
        ("cmdb_ci_business_app", {"data_classification": "2"}, f"{NAMED},u_integrity", Field(2, where=NAMED)),
        ("cmdb_ci_server", {}, f"{NAMED},u_integrity", Field(3, where="u_integrity")),
        ("u_cmdb_municipal_app", {"u_class": "5"}, "u_cmdb_municipal_app.u_class", "of a named class"),
    ],
    ids=[
        "a class below",
        "empty, then shared",
        "the first counts",
        "another class",
        "a class with a name of its own",
    ],
)
def test_the_first_filled_column_of_the_items_classes_counts(
    classes: Instance, configured: Any, kind: str, cells: dict[str, str], columns: str, expected: Any
) -> None:
    item = classes.add_ci(kind, name="Item", u_integrity="3", **cells)
    named = ("u_cmdb_municipal_app",) if expected == "of a named class" else ()
    found = field_of(configured(ci_fields={"confidentiality": columns}, ci_classes=named).book, item)
    assert found == (Field(5, where=columns) if named else expected)


@pytest.mark.parametrize("how", ["no class", "hidden column", "hidden rows", "forbidden"])
def test_a_column_of_a_class_that_cannot_be_seen_is_unreadable_not_empty(
    instance: Instance, configured: Any, how: str
) -> None:
    kind = "cmdb_ci_server" if how == "no class" else APP
    item = instance.add_ci(kind, name="Item")
    if how == "hidden column":
        instance.access.hidden_columns.add((APP, "data_classification"))
    if how == "hidden rows":
        instance.access.hidden_tables.add(APP)
    if how == "forbidden":
        instance.access.forbidden_tables.add(APP)
    found = field_of(configured(ci_fields={"confidentiality": NAMED}).book, item)
    assert (found.readable, found.where) == (False, NAMED)


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "hidden_columns"])
def test_what_stands_behind_a_column_that_cannot_be_seen_does_not_count(
    instance: Instance, configured: Any, how: str
) -> None:
    """The hidden column may hold the higher class."""
    item = instance.add_ci(APP, name="Item", data_classification="5", u_integrity="1")
    hidden = (APP, "data_classification") if how == "hidden_columns" else APP
    getattr(instance.access, how).add(hidden)
    found = field_of(configured(ci_fields={"confidentiality": f"{NAMED},u_integrity"}).book, item)
    assert (found.readable, found.value, found.where) == (False, None, NAMED)


def test_items_are_asked_in_batches_and_what_a_class_lacks_is_remembered(
    instance: Instance, configured: Any, server: Server
) -> None:
    """The base table does not reach a column of a class: without the second question it would be unreadable."""
    apps = [instance.add_ci(APP, name=f"App {n}", data_classification="4") for n in range(45)]
    servers = [instance.add_ci("cmdb_ci_server", name=f"srv{n}") for n in range(45)]
    book = configured(ci_fields={"confidentiality": "data_classification"}).book
    refs = [AssetRef("servicenow", i, "x") for i in (*apps, *servers)]
    levels = [asset.confidentiality.value for asset in book.look_up(refs).values()]
    assert levels.count(4) == 45
    asked = [request.path.rpartition("/")[2] for request in server.asked]
    assert {table: asked.count(table) for table in set(asked)} == {
        "cmdb_ci": 3,  # 90 items, at most 40 at a time
        APP: 2,
        "cmdb_ci_server": 1,  # the first batch shows that the class has no such column
    }
    server.asked.clear()
    book.look_up(refs[45:])
    assert [request.path.rpartition("/")[2] for request in server.asked] == ["cmdb_ci"] * 2


def test_named_classes_are_the_only_ones_asked(instance: Instance, configured: Any, server: Server) -> None:
    app = instance.add_ci(APP, name="App", data_classification="4")
    other = instance.add_ci("cmdb_ci_server", name="srv")
    book = configured(ci_fields={"confidentiality": "data_classification"}, ci_classes=(APP,)).book
    found = book.look_up([AssetRef("servicenow", i, "x") for i in (app, other)])
    assert {a.name: a.confidentiality.value for a in found.values()} == {"App": 4, "srv": None}
    assert {request.path.rpartition("/")[2] for request in server.asked} == {"cmdb_ci", APP}


def test_owner_support_group_hours_and_supplier(instance: Instance, configured: Any) -> None:
    company = instance.state.insert("core_company", {"name": "Leverancier"})
    always = instance.add_schedule("24 x 7")
    instance.state.tables["cmdb_ci"].columns["u_hours"] = "ref:cmn_schedule"
    instance.set(
        "cmdb_ci", instance.kassa, owned_by="", managed_by=instance.an, vendor=company, u_hours=always
    )
    tools = configured(
        ci_fields={"owner": "owned_by,managed_by", "service_hours": "u_hours"},
        ci_values={"service_hours": "24 x 7=24x7,8-5 weekdays=5x10"},
        fields={"supplier": "cmdb_ci.vendor"},
    )
    ref = AssetRef("servicenow", instance.kassa, "Kassa")
    asset = tools.book.look_up([ref])[ref]
    assert asset.owner == Field(
        (Person(instance.an, "An Willems", email="an.willems@example.org"),), where="managed_by"
    )
    assert asset.operations_group.value == (Group(instance.team, "Applicatiebeheer"),)
    assert (asset.service_hours.value, asset.service_hours.where) == ("24x7", "u_hours")
    assert tools.read(instance.number).field("supplier").value == "Leverancier"


WEEKLY = {
    "start_date_time": "20260104T020000",
    "end_date_time": "20260104T060000",
    "repeat_type": "weekly",
    "repeat_count": "1",
    "repeat_until": "0",
}


@pytest.mark.parametrize(
    ("spans", "zone", "words"),
    [
        ([WEEKLY], "floating", "Sun 02:00-06:00"),
        ([WEEKLY | {"days_of_week": "25"}], "floating", "Tue, Fri 02:00-06:00"),
        (
            [WEEKLY, WEEKLY | {"repeat_type": "weekdays", "end_date_time": "20260104T033000"}],
            "",
            "Mon, Tue, Wed, Thu, Fri 02:00-03:30; Sun 02:00-06:00",
        ),
        (
            [WEEKLY | {"start_date_time": "20260104T220000", "end_date_time": "20260105T020000"}],
            "floating",
            "Sun 22:00-02:00",
        ),
        ([WEEKLY], "US/Pacific", "Zondagvenster"),
        ([WEEKLY | {"start_date_time": "20260104T020000Z"}], "floating", "Zondagvenster"),
        ([WEEKLY | {"repeat_until": "20261231"}], "floating", "Zondagvenster"),
        ([WEEKLY | {"repeat_count": "2"}], "floating", "Zondagvenster"),
        ([WEEKLY | {"repeat_type": "monthly"}], "floating", "Zondagvenster"),
        ([WEEKLY | {"repeat_type": ""}], "floating", "Zondagvenster"),
        ([WEEKLY | {"end_date_time": "20260106T060000"}], "floating", "Zondagvenster"),
        ([], "floating", "Zondagvenster"),
    ],
    ids=[
        *("weekly", "on two days", "two entries", "past midnight", "another zone", "UTC", "until a date"),
        *("every other week", "monthly", "once", "more than a day", "no entries"),
    ],
)
def test_a_maintenance_schedule_in_words_or_by_its_name_alone(
    instance: Instance, configured: Any, spans: list[dict[str, Any]], zone: str, words: str
) -> None:
    """By its name alone no window is understood, so that nobody is reproached for being outside it."""
    schedule = instance.add_schedule("Zondagvenster", *spans, time_zone=zone)
    instance.set("cmdb_ci", instance.kassa, maintenance_schedule=schedule)
    # The standard column, which nobody has to name.
    assert field_of(configured().book, instance.kassa, "maintenance_windows").value == words


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
def test_a_schedule_whose_entries_are_hidden_is_known_by_name_only(
    instance: Instance, configured: Any, how: str
) -> None:
    schedule = instance.add_schedule("Zondagvenster", WEEKLY)
    instance.set("cmdb_ci", instance.kassa, maintenance_schedule=schedule)
    getattr(instance.access, how).add("cmn_schedule_span")
    book = configured(ci_fields={"maintenance_windows": "maintenance_schedule"}).book
    assert field_of(book, instance.kassa, "maintenance_windows").value == "Zondagvenster"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ci_fields": {"availability": "busines_criticality"}}, "counts down from 1"),
        (
            {"ci_fields": {"availability": "cmdb_ci_service.busines_criticality"}},
            "SERVICENOW_CI_VALUES__AVAILABILITY",
        ),
        ({"ci_fields": {"confidentiality": "u_a,Data Classification"}}, "no column name"),
        ({"ci_values": {"confidentiality": "Secret=9"}}, "'9' is none of 1, 2, 3, 4, 5"),
        ({"ci_values": {"confidentiality": "Secret"}}, "value=meaning"),
        ({"ci_values": {"owner": "x=1"}}, "unknown field with values owner"),
        ({"ci_values": {"service_hours": "Always=24/7"}}, "none of 5x10, 24x7"),
        ({"ci_classes": "Business Application"}, "no table name"),
    ],
)
def test_wrong_settings_are_refused_at_the_start(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings_for("https://snow.example", **settings)


def test_when_an_item_was_changed_is_kept(instance: Instance, configured: Any) -> None:
    ref = AssetRef("servicenow", instance.kassa, "Kassa")
    assert configured().book.look_up([ref])[ref].updated_at == START
