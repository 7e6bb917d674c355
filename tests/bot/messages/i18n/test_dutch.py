"""Dutch as a change manager writes it: words that read stiff or wrong stay out of the catalogue and of the titles."""

import pytest

from bot.messages.i18n.catalogue import stored
from rules.loading.loader import load_packs

PACKS = ("vo-icr", "ibp-fo", "processes", "patch", "keten-dap")


def texts():
    for message in stored("nl"):
        if message.id:
            forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
            yield from forms
    for pack in load_packs(PACKS):
        for rule in pack.rules:
            yield from (words.root["nl"] for words in (rule.title, rule.problem, rule.unshown) if words)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("overgehandigd", "overhandigd"),
        ("vrijstelling", "uitzondering: one word throughout"),
        ("vrijgesteld", "uitzondering"),
        ("formele melding", "formele notificatie"),
        ("fall-back", "terugvalplan"),
        ("vier ogen", "vierogenprincipe"),
        ("de keten-cab", "het Keten CAB"),
        ("de keten cab", "het Keten CAB"),
        ("toestand", "status"),
        ("goedgemaakt", "alsnog in orde gebracht"),
        ("goed te maken", "alsnog in orde te brengen"),
        ("is zo niet", "is niet toegestaan"),
        ("niet te zien is of", "het is niet te zien of"),
        ("er is niet te zien", "het is niet te zien"),
        ("gegevens onder nis2", "systemen van een NIS2-entiteit"),
        ("goedgekeurd namens {role}", "door X (DPO)"),
        ("operationeel beheer", "operationeel management"),
        ("verificatie na", "postverificatie"),
    ],
)
def test_words_that_stay_out(wrong, right):
    assert [text for text in texts() if wrong in text.lower()] == [], right


def test_betrokkenen_are_those_whose_data_it_is_and_stakeholders_are_belanghebbenden():
    assert {text for text in texts() if "betrokkenen" in text.lower()} == {
        "Betrokkenen geïnformeerd",
        "Vermeld of de betrokkenen zijn ingelicht, en dat de schade is hersteld.",
    }
