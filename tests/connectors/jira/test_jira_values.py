"""Jira's JSON into typed fields, as a table."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.jira.values import adf_text, read, words
from domain.fields import Field
from domain.people import Group, Person

DIRK = {"accountId": "a1", "displayName": "Dirk Peeters", "active": True}
AN = {"accountId": "a2", "displayName": "An Willems", "active": False}
SERVER_USER = {"key": "JIRAUSER1", "name": "dirk", "displayName": "Dirk Peeters"}


def doc(*content):
    return {"type": "doc", "version": 1, "content": list(content)}


def para(*texts):
    return {"type": "paragraph", "content": [{"type": "text", "text": t} for t in texts]}


def prompt(text):
    """What a template asks people to write."""
    return {"type": "paragraph", "content": [{"type": "placeholder", "attrs": {"text": text}}]}


def heading(text):
    return para(text) | {"type": "heading"}


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("planned_start", "2026-03-02", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("planned_end", "2026-03-02", datetime(2026, 3, 2, 22, 59, tzinfo=UTC)),
        ("pull_until", "2026-07-02", datetime(2026, 7, 2, 21, 59, tzinfo=UTC)),
        ("deadline", "2026-03-29", datetime(2026, 3, 29, 21, 59, tzinfo=UTC)),
        ("planned_end", "2026-03-02T09:00:00.000+0100", datetime(2026, 3, 2, 8, tzinfo=UTC)),
    ],
)
def test_a_day_without_a_time_ends_when_that_day_ends(name, day, told):
    assert read(name, day, "When", lambda: ZoneInfo("Europe/Brussels")).value == told


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("test_plan", doc(para("Stap 1"), para("Stap 2")), "Stap 1\nStap 2"),
        ("test_plan", doc(para("n/a")), None),
        ("test_plan", doc(), None),
        ("test_plan", doc(prompt("Wat wordt getest?")), None),
        ("test_plan", doc(heading("Aanpak"), prompt("Wat wordt getest?")), None),
        ("test_plan", doc(heading("Aanpak"), prompt("Wat?"), para("Stap 1")), "Aanpak\n\nStap 1"),
        ("test_plan", doc(heading("Aanpak")), "Aanpak"),
        ("test_plan", "h3. wiki", "h3. wiki"),
        ("test_plan", "  TBD ", None),
        ("test_plan", None, None),
        ("package", [{"name": "4.2.0", "id": "1"}, {"name": "4.2.1", "id": "2"}], "4.2.0, 4.2.1"),
        ("package", 4.0, "4.0"),
        ("rollout_strategy", {"value": "Big bang", "id": "1"}, "big_bang"),
        ("rollout_strategy", {"value": "Gefaseerd"}, "phased"),
        ("rollout_strategy", {"value": "Anders"}, None),
        ("test_data", [{"value": "Geanonimiseerd"}], "anonymised"),
        ("result", {"name": "Done", "id": "1"}, "successful"),
        ("environments_separated", {"value": "Ja"}, True),
        ("environments_separated", [{"value": "No"}], False),
        ("environments_separated", [], None),
        ("environments_separated", True, True),
        ("requester", DIRK, (Person("a1", "Dirk Peeters"),)),
        ("requester", SERVER_USER, (Person("JIRAUSER1", "Dirk Peeters"),)),
        ("testers", [DIRK, AN], (Person("a1", "Dirk Peeters"), Person("a2", "An Willems", active=False))),
        ("testers", [], None),
        ("testers", "Dirk Peeters", None),
        ("responsible_group", {"name": "Ops", "groupId": "g1"}, (Group("g1", "Ops"),)),
        ("responsible_group", {"name": "Ops"}, (Group("Ops", "Ops"),)),
        ("responsible_group", {"value": "Ops", "id": "7"}, (Group("7", "Ops"),)),
        ("responsible_group", {"id": "t-1", "title": "Ops"}, (Group("t-1", "Ops"),)),
        ("responsible_group", "Ops", (Group("Ops", "Ops"),)),
        ("responsible_group", "-", None),
        ("stakeholders", [DIRK, {"name": "Ops"}], (Person("a1", "Dirk Peeters"), Group("Ops", "Ops"))),
        ("planned_start", "2026-03-02T09:00:00.000+0100", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("planned_start", "2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("planned_start", "soon", None),
        ("deployed_changes", "CHG-1, chg and REL-20;CHG-1", ("CHG-1", "REL-20")),
        ("deployed_changes", ["CHG-3"], ("CHG-3",)),
        ("environment_path", [{"value": "D"}, {"value": "T"}], ("D", "T")),
        ("environment_path", "D > T > A > P", ("D", "T", "A", "P")),
    ],
)
def test_values(name, raw, value):
    seen = read(name, raw, "there")
    assert (seen.value, seen.readable, seen.where) == (value, True, "there")


@pytest.mark.parametrize(
    ("name", "raw", "shown"),
    [
        ("rollout_strategy", {"value": "Anders dan anders"}, "anders dan anders"),
        ("testers", "de testers", "de testers"),
        ("planned_start", "morgen", "morgen"),
        ("deployed_changes", "alles", "alles"),
    ],
)
def test_rubbish_is_kept_for_showing(name, raw, shown):
    assert read(name, raw, "").raw == shown


@pytest.mark.parametrize(
    "raw",
    [
        {"errorMessage": "The service project does not exist."},
        {"hasEpicLinkFieldDependency": False, "nonEditableReason": {"reason": "PLUGIN_LICENSE_ERROR"}},
    ],
)
def test_an_error_in_place_of_a_value_is_not_filled_in(raw):
    assert not read("test_plan", raw, "Test plan").readable


def test_the_prompt_of_a_form_says_nothing():
    prompt = {"type": "placeholder", "attrs": {"text": "Describe the fall-back here"}}
    node = {"type": "doc", "content": [{"type": "paragraph", "content": [prompt]}]}
    assert not read("fallback_plan", node, "Backout plan").filled


@pytest.mark.parametrize(("name", "filled"), [("scripts", True), ("procedures", False)])
def test_a_field_says_what_none_means_in_it(name, filled):
    assert read(name, "geen", name).filled is filled


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["planned_start", "planned_end"])
def test_a_day_at_the_edge_of_the_calendar_is_not_understood(name, day):
    zone = ZoneInfo("Pacific/Kiritimati")
    seen = read(name, day, "When", lambda: zone)
    assert seen == Field(None, raw=day, where="When")


def test_adf_shows_what_people_see():
    node = doc(
        {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Plan"}]},
        {
            "type": "bulletList",
            "content": [
                {"type": "listItem", "content": [para("een")]},
                {"type": "listItem", "content": [para("twee")]},
            ],
        },
        {
            "type": "paragraph",
            "content": [
                {"type": "mention", "attrs": {"id": "a1", "text": "@Dirk"}},
                {"type": "hardBreak"},
                {"type": "inlineCard", "attrs": {"url": "https://wiki.example/x"}},
            ],
        },
        {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "m"}}]},
    )
    assert adf_text(node).split() == ["Plan", "een", "twee", "@Dirk", "https://wiki.example/x"]
    assert words(doc(para("a"), para(), para(), para(), para("b"))) == "a\n\nb"


def test_addresses_do_not_show_in_a_person():
    (someone,) = read("requester", DIRK | {"emailAddress": "dirk@example.org"}, "").value
    assert someone.email == "dirk@example.org" and "example.org" not in repr(someone)


def test_cascading_selects_show_both_levels():
    assert words({"value": "Netwerk", "child": {"value": "Firewall"}}) == "Netwerk - Firewall"


def test_an_unknown_value_is_a_field_like_any_other():
    assert read("description", {"strange": 1}, "") == Field(None)


@pytest.mark.parametrize(
    ("name", "code"), [("Highest", "highest"), ("Hoogste", "highest"), ("High", "high"), ("Laag", "low")]
)
def test_the_priority_of_the_site(name, code):
    assert read("incident_priority", {"id": "1", "name": name}, "Priority").value == code


BRUSSELS, SYDNEY = ZoneInfo("Europe/Brussels"), ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize(
    ("raw", "zone", "value"),
    [
        ("2026-03-02", BRUSSELS, datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("2026-07-02", BRUSSELS, datetime(2026, 7, 1, 22, tzinfo=UTC)),
        ("2026-03-02", SYDNEY, datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("2026-03-02T09:00:00.000+0100", SYDNEY, datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-02-30", BRUSSELS, None),
        ("0001-01-01", SYDNEY, None),
    ],
)
def test_a_date_is_the_start_of_that_day_for_the_account(raw, zone, value):
    assert read("planned_start", raw, "", lambda: zone).value == value


@pytest.mark.parametrize("held", [{"ongoingCycle": {"breached": False}}, {"completedCycles": []}])
def test_a_running_clock_is_nothing_that_somebody_filled_in(held):
    level = {"id": "10074", "name": "Time to review normal change", **held}
    assert read("test_plan", level, "Test plan") == Field(None, where="Test plan")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (
            {"accountId": "a9", "displayName": "Former user", "active": False},
            (Person("a9", "Former user", active=False),),
        ),
        ({"accountId": "", "displayName": "Former user", "active": False}, None),
        ([None, DIRK], (Person("a1", "Dirk Peeters"),)),
        (
            {"accountId": "qm:1:2", "displayName": "Klant", "accountType": "customer"},
            (Person("qm:1:2", "Klant"),),
        ),
    ],
)
def test_people_who_left_or_were_made_anonymous(raw, value):
    assert read("testers", raw, "").value == value


RAW_VALUES = [
    *(None, "", "x", 0, 1.5, True, False, [], {}, [[]], [{}], [None], {"id": None}, {"value": {"value": 1}}),
    *({"type": "doc"}, {"type": "doc", "content": "x"}, {"child": {"child": {}}}, [{"accountId": None}]),
    {"errorMessage": "The service project does not exist.", "i18nErrorMessage": {"i18nKey": "x"}},
    {"self": "https://jira.example", "value": "Ja", "id": "1", "child": {"value": "Nee"}},
]


@pytest.mark.parametrize(
    "name", ["test_plan", "environments_separated", "planned_start", "testers", "result", "changes"]
)
@pytest.mark.parametrize("raw", RAW_VALUES, ids=str)
def test_no_value_of_any_shape_breaks_a_field(name, raw):
    field = read(name, raw, "there", lambda: BRUSSELS)
    assert field.where == "there"
    assert field.readable is not (isinstance(raw, dict) and "errorMessage" in raw)
