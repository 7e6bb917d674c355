"""A person in free text, told in every way: erased, shown for a decision, or kept, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from test_journal_ledger import COMMENT, LATER, NOW, TICKET, finding
from test_journal_privacy import everything, whole

from bot.journal import Journal
from bot.journal.audit import Entry
from bot.journal.audit_causes import Cause
from bot.journal.schema import AUDIT
from domain.lifecycle import Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.pseudonym import Persona
from domain.sentence import say
from domain.waiver import Waiver

PIET = Persona(frozenset({"acc-7"}), frozenset({"Piet Jansen"}))
EVERY_WAY = (
    "Checked by Piet Jansen (p.jansen@example.org), tel 0470 12 34 56; P. Jansen; Jansen, Piet; piet.jansen;"
    " Jansen Piet; PIET\u00a0JANSEN; Piet  Jansen's notes; https://wiki.example.org/~pjansen/notes"
)
LEFT = ("jansen", "p.jansen", "0470", "470123456")


def lived(journal: Journal, text: str) -> None:
    """He stands in a snapshot, a comment, an exception and on the trail; so does An Jansen."""
    people = [
        {"person": {"id": "acc-7", "name": "Piet Jansen"}},
        {"person": {"id": "acc-8", "name": "An Maes"}},
    ]
    comment = replace(COMMENT, ticket=TICKET.subject, container=TICKET.id, body={"text": text})
    told = OutgoingMessage("slack", TICKET.subject, "handover-1:acc-7", "D1", "h", {"text": "x"}, say("y"))
    journal.store(
        TICKET, [finding("ICR-1", Verdict.MISSING)], {"people": people, "text": text}, NOW, [comment, told]
    )
    until = NOW.replace(year=NOW.year + 1)
    journal.record_waiver(Waiver(TICKET.subject, ("ICR-1",), text, "An Maes", Role.CAB, NOW, until), "acc-8")
    facts = {"message": "handover-1:acc-7"}
    journal.record(Entry(Cause.INTERACTION, TICKET.subject, facts, {"reason": "call +32 470/12.34.56"}), NOW)


def chain(journal: Journal) -> list[tuple[object, ...]]:
    with journal.read() as connection:
        return [tuple(row) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.seq))]


def test_he_is_erased_in_every_way_and_the_chain_never_changes(journal: Journal) -> None:
    lived(journal, EVERY_WAY)
    before = chain(journal)
    done = journal.erase(PIET, LATER)
    left = everything(journal).casefold()
    assert [word for word in LEFT if word in left] == []
    assert done.changed == {"slot": 1, "ticket": 1, "waiver": 1, "audit_beside": 3}
    assert (chain(journal)[:-1], whole(journal)) == (before, [])
    assert (journal.told_of(PIET), done.near) == ((), ())
    (waiver,) = journal.waivers_of("jira:10001")
    person = done.pseudonym
    assert waiver.by == "An Maes"
    assert waiver.reason == (
        f"Checked by {person} ({person}), tel {person}; {person}; {person}; {person};"
        f" {person}; {person}; {person}'s notes; https://wiki.example.org/~{person}/notes"
    )


def test_what_is_kept_is_told_with_its_place(journal: Journal) -> None:
    lived(journal, "Piet Jansen")
    kept = [(place.table, place.where, place.text) for place in journal.erase(PIET, LATER).kept]
    assert kept == [("slot", "kind", "handover-1:acc-7"), ("audit", "facts/message", "handover-1:acc-7")]
    assert [(place.table, place.text) for place in journal.found_of(PIET).kept] == [
        (t, text) for t, _, text in kept
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mr. Jansen said so", ["Jansen"]),
        ("Piet Janssen", ["Piet", "Janssen"]),
        ("An Maes, Piet", ["Piet"]),
        ("bel 0470 98 76 54 voor Piet", ["Piet"]),
        ("nobody", []),
    ],
)
def test_what_may_be_anothers_is_shown_and_not_erased(journal: Journal, text: str, words: list[str]) -> None:
    lived(journal, text)
    near = journal.erase(PIET, LATER).near
    (waiver,) = journal.waivers_of("jira:10001")
    assert waiver.reason == text
    assert [one.words for one in near if one.place.table == "waiver"] == words
    assert {one.place.where for one in near if one.place.table == "ticket"} == (
        {"snapshot/text"} if words else set()
    )


def test_what_somebody_decided_about_is_erased_by_those_words(journal: Journal) -> None:
    lived(journal, "Mr. Jansen, acc-8@example.org, desk 02 555 66 77")
    more = frozenset({"Mr. Jansen", "acc-8@example.org", "+32 2 5556677"})
    done = journal.erase(replace(PIET, names=PIET.names | more), LATER)
    (waiver,) = journal.waivers_of("jira:10001")
    assert waiver.reason == f"{done.pseudonym}, {done.pseudonym}, desk {done.pseudonym}"
    assert (waiver.by, done.near) == ("An Maes", ())


def test_a_shortened_name_of_two_people_is_left(journal: Journal) -> None:
    lived(journal, "P. Jansen, pjansen@example.org")
    paul = {"by": {"id": "acc-9", "name": "Paul Jansen"}}
    journal.record(Entry(Cause.INTERACTION, TICKET.subject, {"did": "seen"}, paul), NOW)
    near = journal.erase(PIET, LATER).near
    (waiver,) = journal.waivers_of("jira:10001")
    assert waiver.reason == "P. Jansen, pjansen@example.org"
    assert [one.words for one in near if one.place.table == "waiver"] == ["P. Jansen", "pjansen@example.org"]


def test_a_number_in_a_text_that_tells_of_him_is_shown(journal: Journal) -> None:
    lived(journal, "Piet Jansen or the desk, 02 555 66 77; dba@example.org (Piet Jansen)")
    done = journal.erase(PIET, LATER)
    (waiver,) = journal.waivers_of("jira:10001")
    person = done.pseudonym
    assert waiver.reason == f"{person} or the desk, 02 555 66 77; dba@example.org ({person})"
    assert [one.words for one in done.near if one.place.table == "waiver"] == [
        "02 555 66 77",
        "dba@example.org",
    ]
