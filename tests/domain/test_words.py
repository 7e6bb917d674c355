"""The list of words: each one by itself, in every text field, however it is written; and lists that are refused."""

from __future__ import annotations

import copy
from importlib.resources import files

import pytest
import yaml
from build import english, facts

from domain import parsing
from domain.fields import FIELDS, Kind
from domain.history import same_words
from domain.words import WORDS, WordsError, load
from rules.field_looks import observe_done, observe_filled
from rules.wording import saw, shown_as

RAW = yaml.safe_load(files("domain").joinpath("words.yaml").read_text(encoding="utf-8"))
TEXTS = [name for name, spec in FIELDS.items() if spec.kind is Kind.TEXT]
ANSWERED = {
    *(
        "scripts",
        "interruptions",
        "fixes_done",
        "known_errors",
        "known_errors_agreed",
        "incidents_followed_up",
    ),
    *("no_capacity_problems", "dependencies", "deviations", "persons_informed", "damage_repaired"),
}
"""Fields of which there may be none, so that saying so is an answer."""


@pytest.mark.parametrize("word", [w for g in ("unsaid", "not_applicable", "none", "no") for w in RAW[g]])
@pytest.mark.parametrize("form", ["{}", " {}. ", "<p>{}</p>", "({})", "\u200b{}\ufeff", "*{}*"])
def test_every_word_says_nothing_where_something_must_exist(word, form):
    for written in (word, word.upper(), word.capitalize()):
        assert parsing.text(form.format(written), name="fallback_plan").value is None


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\u200b", "\ufeff", "\u00a0", "\u00ad", "\u2060\u200d", "\u3164", "\u2800", "\ufe0f"),
        *(
            "<p></p>",
            "<p>&nbsp;</p>",
            "<p><br></p>",
            "<div><span>&#8203;</span></div>",
            "[code]<p></p>[/code]",
        ),
        *(
            "n.v.t",
            "n.v.t.",
            "N.V.T.",
            "N. v. t.",
            "N/A.",
            "TBD.",
            "tbd?",
            "t.b.d.",
            "Nog niet.",
            "nog  niet",
        ),
        *("-", "--", "---", "–", "—", "...", "…", "?", "??", "_", "•", "/"),
        *("<beschrijf hier het terugvalplan>", "[plan hier]", "{plan}", "[ ]", "[x]", "<p>[invullen]</p>"),
        *("geen terugvalplan", "no fall-back plan", "No rollback."),
    ],
)
def test_what_shows_nothing_is_not_filled(text):
    assert parsing.text(text, name="fallback_plan").filled is False


@pytest.mark.parametrize(
    "text",
    [
        *("geen uitrol zonder back-up", "no rollback without the owner", "niet nodig: alles draait dubbel"),
        *(
            "see wiki",
            "tbd by the vendor",
            "volgt het draaiboek",
            "n.v.t. voor fase 1, zie bijlage",
            "geen pilot",
        ),
        *("<https://wiki/plan>", "[plan|https://wiki/plan]", "[^plan.pdf]", "[~an]", "https://wiki/plan"),
        *("<p>Restore</p>", '<p><img src="plan.png"></p>', "<b>x</b>, y", "a < b and c > d", "[a] and [b]"),
        *("{code}restore{code}", "✅", "1", "v1.2", "No. 3 of the manual", "x" * 3000),
    ],
)
def test_what_is_not_in_the_list_is_filled(text):
    assert parsing.text(text, name="fallback_plan").value == text


@pytest.mark.parametrize("name", TEXTS)
def test_a_word_that_denies_in_every_text_field(name):
    answered = name in ANSWERED
    for text in (
        "geen",
        "None.",
        "nee",
        "n.v.t.",
        *(f"geen {noun}" for noun in RAW["fields"][name]["nouns"]),
    ):
        assert parsing.text(text, name=name).filled is answered, text
    for text in ("nog niet", "TBD", "?", "<p></p>", "onbekend"):
        assert parsing.text(text, name=name).filled is False, text


def test_every_text_field_says_what_none_means_in_it():
    assert [*WORDS.fields] and {n for n, own in WORDS.fields.items() if own.none_is_answer} == ANSWERED
    assert WORDS.fields.keys() == {*TEXTS}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((no, False) for no in ("nee", "Neen.", "no", "niet", "not", "nog niet", "niet gedaan", "not yet")),
        *((no, False) for no in ("nee, twee staan nog open", "No: two are open", "<p>Nee, nog niet</p>")),
        *(
            (none, None)
            for none in ("n.v.t.", "not applicable", "niet van toepassing", "", "geen", "suspected")
        ),
        *((other, None) for other in ("nota volgt", "noted", "nader te bepalen")),
        *((yes, True) for yes in ("ja", "yes", "1", "true")),
    ],
)
def test_yes_and_no_in_words(text, value):
    assert parsing.boolean(text).value is value


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("incidents_followed_up", "nee, twee staan nog open", "unmet"),
        ("incidents_followed_up", "nee", "unmet"),
        ("incidents_followed_up", "not yet", "unmet"),
        ("incidents_followed_up", "geen", "met"),
        ("incidents_followed_up", "geen incidenten", "met"),
        ("incidents_followed_up", "No incidents occurred", "met"),
        ("incidents_followed_up", "INC-1 and INC-2 are solved", "met"),
        ("interruptions", "No interruptions expected", "met"),
        ("no_capacity_problems", "geen problemen", "met"),
        ("persons_informed", "not needed: nobody is concerned", "met"),
        ("persons_informed", "not yet", "unmet"),
        ("post_implementation_review", "niet nodig", "met"),
        ("feedback", "geen feedback", "unmet"),
        ("feedback", "niet gevraagd", "unmet"),
        ("target_ready", "nog niet", "unmet"),
        ("target_ready", "ja", "met"),
    ],
)
def test_a_question_answered_in_words(name, text, result):
    given = facts(**{name: parsing.text(text, name=name)})
    assert observe_done(given, name).result == result


@pytest.mark.parametrize(("text", "result"), [("nee", "met"), ("geen", "met"), ("tbd", "unmet")])
def test_none_is_on_record(text, result):
    given = facts(deviations=parsing.text(text, name="deviations"))
    assert observe_filled(given, "deviations").result == result


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nog niet", "Fall-back plan says only 'nog niet', which counts as empty."),
        ("<p>&nbsp;</p>", "Fall-back plan is empty."),
        ("\u200b", "Fall-back plan is empty."),
        ("<p>n.v.t.</p>", "Fall-back plan says only 'n.v.t.', which counts as empty."),
        ("<beschrijf het plan>", "Fall-back plan says only '<beschrijf het plan>', which counts as empty."),
    ],
)
def test_what_is_told_of_it(text, told):
    given = facts(fallback_plan=parsing.text(text, name="fallback_plan"))
    assert english(saw(given, "fallback_plan")) == told


@pytest.mark.parametrize(
    ("name", "before", "after", "same"),
    [
        ("", "tbd", "-", True),
        ("", "None", "", True),
        ("", "no", "", False),
        ("test_plan", "geen", "", True),
        ("test_plan", "n.v.t", "nog niet", True),
        ("known_errors", "geen", "", False),
        ("environments_separated", "no", "", False),
        ("test_data", "none", "", False),
        ("rollout_strategy", "None", "", True),
        ("test_plan", "Restore  it", "restore it", True),
    ],
)
def test_a_history_that_goes_from_nothing_to_nothing(name, before, after, same):
    assert same_words(before, after, name) is same


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("environments_separated", "no", "no"),
        ("environments_separated", "", None),
        ("known_errors", "geen", "“'geen'”"),
        ("test_plan", "geen", None),
        ("test_data", "None", "none"),
        ("status", "None", None),
    ],
)
def test_a_value_as_a_history_shows_it(name, text, told):
    value = shown_as(name, text)
    assert (english(value) if value is not None else None) == told


def changed(place: tuple[str, ...], value: object) -> object:
    raw = copy.deepcopy(RAW)
    inside = raw
    for key in place[:-1]:
        inside = inside[key]
    if value is None:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return raw


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ([], "words.yaml: must be a mapping"),
        (changed(("unsayd",), ["a"]), 'words.yaml: unknown key "unsayd", did you mean "unsaid"?'),
        (changed(("none",), None), "words.yaml: none: must be a list of words"),
        (changed(("no",), [False]), "words.yaml: no: False is no word; put it in quotes"),
        (changed(("no",), ["nee", "Nee."]), 'words.yaml: no: "nee" twice'),
        (changed(("fields",), ["a"]), "words.yaml: fields: must be a mapping"),
        (changed(("fields", "package"), None), "words.yaml: fields.package: is missing"),
        (
            changed(("fields", "scrpts"), {"nouns": ["a"]}),
            'words.yaml: fields: unknown text field "scrpts", did you mean "scripts"?',
        ),
        (
            changed(("fields", "scripts", "noun"), ["a"]),
            'words.yaml: fields.scripts: unknown key "noun", did you mean "nouns"?',
        ),
        (
            changed(("fields", "scripts", "none_is_answer"), "ja"),
            "words.yaml: fields.scripts.none_is_answer: must be true or false, not 'ja'",
        ),
        (
            changed(("fields", "scripts", "answers"), []),
            "words.yaml: fields.scripts.answers: must be a list of words",
        ),
    ],
)
def test_a_list_that_is_refused(raw, problem):
    with pytest.raises(WordsError) as refused:
        load(raw)
    assert str(refused.value) == problem
