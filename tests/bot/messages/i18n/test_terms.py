"""SLUIS_TERMS: the Netherlands say FG and overdracht where Flanders says DPO and overhandiging."""

from zoneinfo import ZoneInfo

import pytest

from bot.messages.i18n.speaker import Translator
from bot.messages.i18n.terms import renamed
from bot.settings.load import BotSettings, SettingsError, load_settings
from domain.lifecycle import Verdict
from domain.people import Role
from domain.sentence import Quote, say
from rules.loading.loader import load_packs
from rules.wording import ROLES

UTC = ZoneInfo("UTC")
FG, DPO = (Translator("nl", UTC, terms) for terms in ("FG", "DPO"))


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (
            "Goedkeuring door CAB en DPO, met functiescheiding",
            "Goedkeuring door CAB en FG, met functiescheiding",
        ),
        ("Overhandiging aan de beheerorganisatie", "Overdracht aan de beheerorganisatie"),
        ("Overhandigd op", "Overgedragen op"),
        ("is overhandigd", "is overgedragen"),
        ("de DPO’s van {DPO}", "de FG’s van {DPO}"),
        ("DPOs en ROLES__DPO", "DPOs en ROLES__DPO"),
    ],
)
def test_words(text, there):
    assert renamed("nl", "FG")(text) == there
    assert renamed("nl", "DPO")(text) == renamed("en", "FG")(text) == text


def test_roles_titles_and_sentences_but_no_text_of_a_ticket():
    assert (FG(Role.DPO), FG(ROLES[Role.DPO]), DPO(Role.DPO)) == ("FG", "de FG", "DPO")
    assert FG(say("Approved by {people}.", people=Quote("DPO van Gent"))) == "Goedgekeurd door DPO van Gent."
    assert FG.to("nl")(Role.DPO) == "FG"
    assert FG.to("en")(Role.DPO) == "DPO"


def test_no_title_of_a_norm_says_the_other_word():
    rules = [rule for pack in load_packs(("vo-icr", "ibp-fo")) for rule in pack.rules]
    titles = [words for rule in rules for words in (rule.titles, rule.problems(Verdict.VIOLATED))]
    said = " ".join(FG.written(words) for words in titles if words)
    assert "FG" in said
    assert "DPO" not in said
    assert "overhandig" not in said.lower()


def test_the_setting(monkeypatch):
    assert BotSettings().terms == "DPO"
    monkeypatch.setenv("SLUIS_TERMS", "FG")
    assert BotSettings().terms == "FG"
    monkeypatch.setenv("SLUIS_TERMS", "FGB")
    with pytest.raises(SettingsError, match="SLUIS_TERMS"):
        load_settings()
