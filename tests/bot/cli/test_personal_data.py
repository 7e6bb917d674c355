"""What `sluis audit person` tells of a person, whole, in Dutch and English."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.cli.personal_data import erased, exported, near_lines
from bot.journal.privacy import Erased, Found, Near, Place
from bot.messages.i18n.speaker import Translator
from domain.pseudonym import Persona

NOTE = Place("waiver", "3", "reason", "Mr. Jansen of {dba} said so")
DONE = Erased(
    "person-0123abcd",
    {"slot": 2, "ticket": 1},
    (Near(NOTE, "Jansen"), Near(Place("ticket", "jira:1", "snapshot/text", "jansen"), "jansen")),
    (
        Place("slot", "7", "kind", "handover-1:acc-7"),
        Place("audit", "4", "facts/message", "handover-1:acc-7"),
    ),
)


def speaker(language: str) -> Translator:
    return Translator(language, ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "person-0123abcd stands in their place: 2 in slot and 1 in ticket",
                "Not erased, as it may be somebody else's; to erase it too, give these words to the same command:",
                "  “Jansen” (2×), first in waiver 3 reason: Mr. Jansen of {dba} said so",
                "Kept: 1 in slot.kind, a name by which a message or a ticket is known: without it, it would be made"
                " anew; it goes with its ticket.",
                "Kept: 1 in audit.facts, the audit trail itself, of which no row ever changes.",
                "Not reached: tickets, Slack and e-mail, and copies of the journal that were made before."
                " Initials, nicknames and descriptions of a person are not found.",
            ],
        ),
        (
            "nl",
            [
                "person-0123abcd staat in de plaats: 2 in slot en 1 in ticket",
                "Niet gewist, omdat het van iemand anders kan zijn; geef deze woorden aan hetzelfde commando om ook dit"
                " te wissen:",
                "  “Jansen” (2×), het eerst in waiver 3 reason: Mr. Jansen of {dba} said so",
                "Blijft bewaard: 1 in slot.kind, een naam waaraan een bericht of een ticket wordt herkend: zonder die"
                " naam zou het opnieuw worden gemaakt; hij verdwijnt met het ticket.",
                "Blijft bewaard: 1 in audit.facts, de audittrail zelf, waarvan nooit een rij verandert.",
                "Niet bereikt: tickets, Slack en e-mail, en kopieën van het journaal die eerder zijn gemaakt."
                " Initialen, bijnamen en omschrijvingen van iemand worden niet gevonden.",
            ],
        ),
    ],
)
def test_what_was_erased_is_told_with_what_is_left(language: str, lines: list[str]) -> None:
    assert list(erased(DONE, speaker(language))) == lines


def test_many_words_are_counted_and_long_texts_cut() -> None:
    near = [Near(Place("run", str(n), "report", f"{'x' * 60} W{n} {'y' * 60}"), f"W{n}") for n in range(52)]
    lines = list(near_lines(near, speaker("en")))
    assert (len(lines), lines[-1]) == (52, "  and 2 more; --export tells all")
    assert lines[1] == f"  “W0” (1×), first in run 0 report: …{'x' * 39} W0 {'y' * 39}…"
    assert list(near_lines([], speaker("en"))) == []


def test_the_export_has_all_of_it() -> None:
    who = Persona(frozenset({"acc-7"}), frozenset({"Piet Jansen"}))
    note = {"table": "waiver", "row": "3", "where": "reason", "text": NOTE.text}
    assert exported(who, Found((NOTE,), DONE.near[:1], ())) == {
        "accounts": ["acc-7"],
        "names": ["Piet Jansen"],
        "places": [note],
        "near": [note | {"words": "Jansen"}],
        "kept": [],
    }
