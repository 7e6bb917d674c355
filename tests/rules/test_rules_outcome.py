"""Three-valued logic, and words for every choice."""

from __future__ import annotations

import pytest
from build import english

from domain.fields import FIELDS
from domain.sentence import say
from rules.outcome import Result, all_of, any_of
from rules.wording import CHOICES, atoms, sentences

WORDS = {"m": Result.MET, "u": Result.UNMET, "v": Result.VIOLATED, "?": Result.UNKNOWN}


@pytest.mark.parametrize(
    ("results", "all_", "any_"),
    [
        ("", "m", "u"),
        ("m", "m", "m"),
        ("u", "u", "u"),
        ("v", "v", "v"),
        ("?", "?", "?"),
        ("mm", "m", "m"),
        ("mu", "u", "m"),
        ("mv", "v", "m"),
        ("m?", "?", "m"),
        ("u?", "u", "?"),
        ("v?", "v", "?"),
        ("uv", "v", "u"),
        ("vv", "v", "v"),
        ("muv?", "v", "m"),
    ],
)
def test_combinators(results, all_, any_):
    given = [WORDS[r] for r in results]
    for order in (given, given[::-1]):
        assert (all_of(order), any_of(order)) == (WORDS[all_], WORDS[any_])


def test_every_choice_has_words():
    codes = {code for spec in FIELDS.values() for code in spec.choices}
    assert codes == CHOICES.keys()
    assert not any("_" in english(word) for word in CHOICES.values())


def test_sentences_join_once_and_come_apart():
    one, two, three = say("One."), say("Two."), say("Three.")
    joined = sentences(one, two, one, three)
    assert english(joined) == "One. Two. Three."
    assert atoms(joined) == (one, two, three)
    assert atoms(one) == (one,)
