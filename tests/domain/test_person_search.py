"""How a person is told of in free text: what is surely theirs, and what somebody has to decide about."""

from __future__ import annotations

import pytest

from domain.pseudonym import Persona

PIET = Persona(
    frozenset({"acc-piet.jansen", "pj1"}),
    frozenset({"Piet Jansen", "+32 2 555 66 77", "piet77@example.org"}),
    frozenset({"An Jansen", "Jan Peeters", "Paul Janssens", "person-0123abcd"}),
)
BERG = Persona(frozenset(), frozenset({"Jan van den Berg"}))
JOSE = Persona(frozenset(), frozenset({"José O'Neil (extern)"}))
DIRK = Persona(
    frozenset({"acc-1"}), frozenset({"Dirk Peeters"}), frozenset({"Jan Peeters", "Daan Peeters", "Dirk Maes"})
)


@pytest.mark.parametrize(
    ("text", "hidden", "near"),
    [
        # In any order, spacing and capitals.
        ("Jansen, Piet; Jansen Piet; PIET\u00a0JANSEN; piet.jansen", "#; #; #; #", []),
        ("Piet  Jansen's notes", "#'s notes", []),
        ("P\u200biet Jans\u00aden, Pïet Jánsen, Pie\u0301t Jansen", "#, #, #", []),
        ("Piet%20Jansen, Jansen%2C%20Piet and Piet&nbsp;Jansen", "#, # and #", []),
        ("checklist_Piet_Jansen_v2.xlsx", "checklist_#_v2.xlsx", []),
        # Shortened.
        ("P. Jansen, P Jansen, Jansen P., Jansen, P.; Piet J.", "#, #, #, #; #", []),
        ("stap p jansen", "stap p jansen", ["jansen"]),
        # A login.
        ("https://wiki.example.org/~piet.jansen/notes", "https://wiki.example.org/~#/notes", []),
        ("pjansen, p.jansen, jansenp, DOMAIN\\pjansen, PietJansen", "#, #, #, DOMAIN\\#, #", []),
        ("[~pj1] asked, @pj1 did; pj1", "[~#] asked, @# did; pj1", ["pj1"]),
        ("pj1", "#", []),
        # An e-mail address.
        ("p.jansen@example.org, <Jansen.P+x@a.example.org>", "#, <#>", []),
        ("mailto:piet%2Ejansen%40example.org?subject=x", "mailto:#?subject=x", []),
        ("PIET77@example.org and ~piet77/", "# and ~#/", []),
        ("piet.janssen@example.org", "piet.janssen@example.org", ["piet.janssen@example.org"]),
        ("Piet Jansen <dba@example.org>", "# <dba@example.org>", ["dba@example.org"]),
        # A telephone number: given, or beside the name.
        ("bel 02/555.66.77 of 0032 2 555 66 77", "bel # of #", []),
        ("Piet Jansen (p.jansen@example.org), tel 0470 12 34 56", "# (#), tel #", []),
        ("0470 12 34 56 (Piet Jansen)", "# (#)", []),
        ("0470 12 34 56, Piet Jansen", "0470 12 34 56, #", ["0470 12 34 56"]),
        ("Piet Jansen or the desk: 0470 12 34 56", "# or the desk: 0470 12 34 56", ["0470 12 34 56"]),
        ("Piet Jansen op 01-02-2026 10:00, CHG0030001", "# op 01-02-2026 10:00, CHG0030001", []),
        ("0470 12 34 56", "0470 12 34 56", []),
        # Cut off.
        ("Approved by Piet Jan…", "Approved by #…", []),
        ("Jansen, Pi...", "#...", []),
        ("Piet Jansen, tel. 0470 1…", "#, tel. #…", []),
        # Somebody else, or perhaps.
        ("An Jansen, Piet Maes", "An Jansen, Piet Maes", ["Jansen, Piet"]),
        ("An Jansen; jan.peeters@example.org", "An Jansen; jan.peeters@example.org", []),
        ("Mr. Jansen; Piet", "Mr. Jansen; Piet", ["Jansen", "Piet"]),
        ("Mr. Janzen", "Mr. Janzen", ["Janzen"]),
        ("A. Jansen", "A. Jansen", ["Jansen"]),
        ("de piet stond klaar", "de piet stond klaar", []),
        ("Piet Jansens", "Piet Jansens", ["Piet", "Jansens"]),
        ("person-0123abcd", "person-0123abcd", []),
    ],
)
def test_what_a_text_tells_of_a_person(text: str, hidden: str, near: list[str]) -> None:
    assert (PIET.hidden(text, "#"), [words for _, _, words in PIET.near(text)]) == (hidden, near)


@pytest.mark.parametrize(
    ("value", "hidden", "near"),
    [
        (
            {"a": ["DOMAIN\\pjansen", 'said "Jansen"'], "b": None},
            {"a": ["DOMAIN\\#", 'said "Jansen"'], "b": None},
            "Jansen",
        ),
        ([{"x": "Piet\nJansen"}, {"y": "Niets"}, 3], [{"x": "#"}, {"y": "Niets"}, 3], ""),
        ({"a": "tel 0032 2 555\n66 77", "b": "An Jansen"}, {"a": "tel #", "b": "An Jansen"}, ""),
        ({"a": "Jos Janse"}, {"a": "Jos Janse"}, "Janse"),
        ({"a": "nobody", "b": ["0470 12 34 56"]}, {"a": "nobody", "b": ["0470 12 34 56"]}, ""),
    ],
)
def test_what_a_document_tells(value: object, hidden: object, near: str) -> None:
    assert (PIET.hidden(value, "#"), " ".join(words for _, _, words in PIET.near(value))) == (hidden, near)


@pytest.mark.parametrize(
    ("who", "text", "hidden"),
    [
        (BERG, "J. van den Berg; J.v.d. Berg; Berg, Jan van den; Van den Berg, J.", "#; #; #; #"),
        (BERG, "jvandenberg; jan.vandenberg@example.org; janvandenberg; Jan Berg", "#; #; #; #"),
        (BERG, "Van den beheerder; van den be…", "Van den beheerder; van den be…"),
        (JOSE, "Jose ONeil; O’Neil, José; joneil@example.org; José O'Neil (extern)", "#; #; #; #"),
        (DIRK, "Jan Peeters, Dirk Maes", "Jan Peeters, Dirk Maes"),
        (DIRK, "Dirk Peeters, Jan Maes; Peeters, Dirk", "#, Jan Maes; #"),
        (Persona(frozenset(), frozenset({"An Smet"})), "an S-class; an s; A. Smet", "an S-class; an s; #"),
        (
            Persona(frozenset(), frozenset({"Jansen"}), frozenset({"An Jansen"})),
            "An Jansen, Jansen",
            "An Jansen, #",
        ),
    ],
)
def test_names_of_more_kinds(who: Persona, text: str, hidden: str) -> None:
    assert who.hidden(text, "#") == hidden


@pytest.mark.parametrize("text", ["D. Peeters", "dpeeters", "dpeeters@example.org", "Dirk M."])
def test_a_shortened_name_of_two_is_for_somebody_to_decide(text: str) -> None:
    known = Persona(DIRK.ids, DIRK.names, DIRK.others - {"Daan Peeters"})
    assert DIRK.hidden(text, "#") == text
    assert list(DIRK.near(text)) == ([("", text, text)] if "M." not in text else [("", text, "Dirk")])
    assert known.hidden(text, "#") == (text if "M." in text else "#")
