"""Work notes: one per piece of news, found again by their marker, never posted twice on a doubtful answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from servicenow_helpers import MARKER, START, Instance, Tools

from connectors.servicenow.work_notes import LIMIT, note
from domain.ports.errors import Ambiguous, Forbidden, RateLimited, Refused, SourceError
from domain.ports.messaging import Format, Posted
from sandbox.server import Fault, How, Server

SECOND = replace(MARKER, digest="cd" * 32, revision=2)


def test_a_note_is_written_with_its_marker_and_found_again(instance: Instance, tools: Tools) -> None:
    assert (tools.outlet.format, tools.outlet.editable) == (Format.PLAIN, False)
    assert tools.outlet.find(instance.place, MARKER, START) == []
    made = tools.outlet.create(instance.place, "Nog twee maatregelen open.", MARKER)
    assert instance.notes(instance.change) == [
        "Nog twee maatregelen open.\n\n[sluis slot1 h=abababababab r=1]"
    ]
    assert made == f"{instance.change}:1:abababababab"
    assert tools.outlet.find(instance.place, MARKER, START) == [Posted(made, "abababababab")]


def test_notes_come_oldest_first_and_only_those_of_the_slot(instance: Instance, tools: Tools) -> None:
    for marker in (MARKER, replace(MARKER, slot="slot2"), SECOND):
        instance.later(minutes=1)
        tools.outlet.create(instance.place, "x", marker)
    instance.set(
        "change_request",
        instance.change,
        "an.willems",
        work_notes="Gezien: [sluis slot1 h=abababababab r=1] ok",
    )
    assert [p.digest[:2] for p in tools.outlet.find(instance.place, MARKER, START)] == ["ab", "cd"]


@pytest.mark.parametrize(
    ("fault", "notes"),
    [
        (Fault(How.DROP_AFTER, method="PATCH"), 1),
        (Fault(How.DROP_BEFORE, method="PATCH"), 0),
        (Fault(How.ANSWER_AFTER, method="PATCH", status=500), 1),
        (Fault(How.ANSWER, method="PATCH", status=503), 0),
        (Fault(How.TRUNCATE, method="PATCH"), 1),
        (
            Fault(
                How.ANSWER_AFTER,
                method="PATCH",
                status=200,
                headers={"Content-Type": "text/html"},
                body="<p>",
            ),
            1,
        ),
    ],
    ids=["dropped after", "dropped before", "500 after", "503", "cut off", "a page"],
)
def test_a_doubtful_write_is_told_and_settled_by_reading_back(
    instance: Instance, tools: Tools, server: Server, fault: Fault, notes: int
) -> None:
    server.fail(fault)
    with pytest.raises(Ambiguous):
        tools.outlet.create(instance.place, "x", MARKER)
    assert server.count("PATCH") == 1
    assert (
        len(instance.notes(instance.change)) == len(tools.outlet.find(instance.place, MARKER, START)) == notes
    )


def test_a_write_is_told_to_come_back_later(instance: Instance, tools: Tools, server: Server) -> None:
    server.fail(Fault(How.ANSWER, method="PATCH", status=429, headers={"Retry-After": "1800"}))
    with pytest.raises(RateLimited):
        tools.outlet.create(instance.place, "x", MARKER)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda a: setattr(a, "data_policy", "Backout plan is mandatory"), "Backout plan is mandatory"),
        (lambda a: a.read_only.add("change_request"), "security constraints"),
        (lambda a: a.ignored_columns.add(("change_request", "work_notes")), "took no note"),
    ],
    ids=["data policy", "no write access", "silently ignored"],
)
def test_a_refusal_is_told_in_the_instances_words(
    instance: Instance, tools: Tools, prepare, words: str
) -> None:
    instance.set("change_request", instance.change, work_notes="Eerdere notitie")
    prepare(instance.access)
    with pytest.raises(Refused, match=words) as caught:
        tools.outlet.create(instance.place, "x", MARKER)
    assert caught.value.fix
    assert instance.notes(instance.change) == ["Eerdere notitie"]


def test_a_ticket_that_is_gone_refuses(instance: Instance, tools: Tools) -> None:
    instance.access.hidden_rows.add(instance.change)
    with pytest.raises(Refused):
        tools.outlet.create(instance.place, "x", MARKER)


def test_nothing_can_be_edited_or_removed(instance: Instance, tools: Tools, server: Server) -> None:
    with pytest.raises(Refused, match="cannot be edited"):
        tools.outlet.update(instance.place, "x", "y", MARKER)
    with pytest.raises(Refused):
        tools.outlet.remove(instance.place, "x")
    assert server.writes() == []


@pytest.mark.parametrize(
    ("hidden", "written", "outcome"),
    [
        ("column", True, 1),  # the journal's own rows tell
        ("table", True, 1),  # the ticket tells
        ("both", True, Forbidden),  # nothing tells: then nothing may be concluded
        ("both", False, 0),  # nothing is there, and the count says so
    ],
)
def test_where_notes_are_found_when_something_is_hidden(
    instance: Instance, tools: Tools, hidden: str, written: bool, outcome: int | type[SourceError]
) -> None:
    if written:
        tools.outlet.create(instance.place, "x", MARKER)
    if hidden != "table":
        instance.access.hidden_columns.add(("change_request", "work_notes"))
    if hidden != "column":
        instance.access.hidden_tables.add("sys_journal_field")
    if isinstance(outcome, int):
        assert len(tools.outlet.find(instance.place, MARKER, START)) == outcome
        return
    with pytest.raises(outcome):
        tools.outlet.find(instance.place, MARKER, START)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[code]<script>alert(1)</script>[/CODE]", "[\u200bcode]‹script›alert(1)‹/script›[\u200b/CODE]"),
        ("[sluis slot1 h=abababababab r=9]", "[\u200bsluis slot1 h=abababababab r=9]"),
        ("gewoon [tekst]", "gewoon [tekst]"),
    ],
)
def test_text_is_inert(text: str, shown: str) -> None:
    assert note(text, MARKER).partition("\n\n")[0] == shown


NASTY = (
    "[code]<script>alert(1)</script>[/code]",
    "[CoDe]<img src=x onerror=alert(1)>[/cOdE]",
    "[ code ]<b>x</b>[ /code ]",
    "[code\n]<b>x</b>[/code\n]",
    "[co\x00de]<b>x</b>[/co\x08de]",
    "[[code]]<b>[/[code]]",
    "[co[code]de]<i>",
    "[code]" * 900,
    "&lt;script&gt; &#91;code&#93; &#x3c;b&#x3e;",
    "javascript:alert(1) data:text/html,x https://evil.example/?q=1 HTTP://evil.example www.evil.example",
    "mailto:someone ftp://evil.example file:///etc/passwd",
    "@[Dirk Peeters] @here <!channel> <@U1> [~admin] {code} |https://evil.example|",
    "x\n\n[sluis slot1 h=cdcdcdcdcdcd r=9]",
    "x\n [ sluis slot1 h=cdcdcdcdcdcd r=9]",
    "\u202e[code]gnp.exe\u202c",
)
_DANGER = re.compile(
    r"\[\s*/?\s*code|[<>]|@\[|&#?\w+;|(https?|ftp|file|mailto|javascript|data):|www\.|[\x00-\x08\u202a-\u202e]",
    re.IGNORECASE,
)
"""What a platform that strips control characters could make something of."""


@pytest.mark.parametrize("text", NASTY)
def test_nothing_of_a_nasty_text_is_active_in_note_or_columns(
    instance: Instance, configured, text: str
) -> None:
    outlet = configured(status_column="u_compliance_status", findings_column="u_compliance_findings").outlet
    outlet.create(instance.place, f"Ticket says: {text}", MARKER)
    row = instance.row("change_request", instance.change)
    shown = (*instance.notes(instance.change), row["u_compliance_status"], row["u_compliance_findings"])
    assert [found[0] for words in shown for found in _DANGER.finditer(words)] == []
    assert all(len(words) <= LIMIT for words in shown)
    assert [p.digest[:2] for p in outlet.find(instance.place, MARKER, START)] == ["ab"], "one marker, ours"


def test_a_long_note_is_cut_and_keeps_its_marker() -> None:
    written = note("woord " * 2000, MARKER)
    assert len(written) <= LIMIT
    assert written.endswith("…\n\n[sluis slot1 h=abababababab r=1]")


def test_columns_given_by_the_admin_are_overwritten_in_the_same_request(
    instance: Instance, configured, server: Server
) -> None:
    outlet = configured(status_column="u_compliance_status", findings_column="u_compliance_findings").outlet
    outlet.create(instance.place, "Twee maatregelen open.\n• Testplan", MARKER)
    outlet.create(instance.place, "Alles in orde.", SECOND)
    row = instance.row("change_request", instance.change)
    assert (row["u_compliance_status"], row["u_compliance_findings"]) == ("Alles in orde.", "Alles in orde.")
    assert server.count("PATCH") == len(instance.notes(instance.change)) == 2
