"""Classes and flags out of words: one class by itself, a range, and what a ticket states of all three."""

from __future__ import annotations

import pytest

from domain import parsing
from domain.classes import highest_in_range, stated


@pytest.mark.parametrize(
    ("words", "level"),
    [
        *(
            (three, 3)
            for three in ("3", 3, "3.0", 3.0, " 3 ", "C3", "V3", "klasse 3", "Class 3", "informatieklasse 3")
        ),
        *(
            (three, 3)
            for three in ("Informatieklasse: 3", "3 (vertrouwelijk)", "3 - intern", "3 vertrouwelijk", "3: x")
        ),
        *(
            (three, 3)
            for three in ("niveau 3", "Vertrouwelijkheid 3", "vertrouwelijkheid: klasse 3", "hoog (3)")
        ),
        ("5 - zeer hoog", 5),
        ("V4", 4),
        ("2 - intern (BIO 2019)", 2),
        *(
            (none, None)
            for none in ("", None, "hoog?", 7, "0", "3-4", "4/5", "5-", "3 of 4", "3 of hoger", "3.5", "C7")
        ),
        *((none, None) for none in ("C3 I3 A2", "BIV 3-2-1", "zeer hoog", "3?", "klasse")),
    ],
)
def test_one_class(words, level):
    assert parsing.level(words).value == level


@pytest.mark.parametrize(
    ("words", "highest"),
    [
        *(
            (four, 4)
            for four in (
                "3-4",
                "3 - 4",
                "4/3",
                "klasse 3-4",
                "3 of 4",
                "3 tot en met 4",
                "C3-C4",
                "3–4 (hoog)",
            )
        ),
        ("4/5", 5),
        ("5-", 5),
        ("3?", 3),
        (">3", 3),
        ("4-7", 4),
        ("BIV 3-2-1", 3),
        *((none, None) for none in ("", "3", "5 - zeer hoog", "hoog", "7-9", "2019-2020", "C3 I3 A2")),
    ],
)
def test_a_range_names_its_highest(words, highest):
    assert highest_in_range(words) == highest


C, I, A = "confidentiality", "integrity", "availability"  # noqa: E741


@pytest.mark.parametrize(
    ("words", "levels", "flags"),
    [
        ("C3 I2 A1 gdpr ksz", (3, 2, 1), {"gdpr", "ksz"}),
        ("C3 I3 A2", (3, 3, 2), set()),
        ("V4 I3 B2 AVG", (4, 3, 2), {"gdpr"}),
        ("V: 4, I: 3, B: 2", (4, 3, 2), set()),
        ("BIV 3-2-1", (1, 2, 3), set()),
        ("biv: 321", (1, 2, 3), set()),
        ("BIV-code 3/2/1, AVG", (1, 2, 3), {"gdpr"}),
        ("CIA 3-2-1", (3, 2, 1), set()),
        ("vertrouwelijkheid 4, integriteit 3, beschikbaarheid 2", (4, 3, 2), set()),
        ("Confidentiality: class 4", (4, None, None), set()),
        ("informatieklasse 3", (3, 3, 3), set()),
        ("3 (vertrouwelijk)", (3, 3, 3), set()),
        ("5 - zeer hoog, gdpr", (5, 5, 5), {"gdpr"}),
        ("NIS 2, C3", (3, None, None), {"nis2"}),
        ("gdpr", (None, None, None), {"gdpr"}),
    ],
)
def test_what_a_ticket_states(words, levels, flags):
    said = stated(words)
    assert tuple(said.levels.get(d) for d in (C, I, A)) == levels
    assert (said.flags, said.doubtful, said.strange, said.understood) == (flags, False, False, True)


@pytest.mark.parametrize(
    ("words", "flags", "denied"),
    [
        ("geen AVG", set(), {"gdpr"}),
        ("no GDPR", set(), {"gdpr"}),
        ("No GDPR, no KSZ", set(), {"gdpr", "ksz"}),
        ("non-GDPR", set(), {"gdpr"}),
        ("zonder ksz", set(), {"ksz"}),
        ("KSZ: nee", set(), {"ksz"}),
        ("KSZ=no", set(), {"ksz"}),
        ("AVG nee", set(), {"gdpr"}),
        ("AVG: n.v.t.", set(), {"gdpr"}),
        ("gdpr (nee)", set(), {"gdpr"}),
        ("gdpr: -", set(), {"gdpr"}),
        ("geen AVG of KSZ", set(), {"gdpr", "ksz"}),
        ("C3 I3 A2, geen gdpr", set(), {"gdpr"}),
        ("C3 I3 A2 (no GDPR, no KSZ)", set(), {"gdpr", "ksz"}),
        ("geen KSZ, wel AVG", {"gdpr"}, {"ksz"}),
        ("gdpr no ksz", {"gdpr"}, {"ksz"}),
        ("gdpr, no ksz", {"gdpr"}, {"ksz"}),
        ("gdpr: ja; ksz: nee; nis2", {"gdpr", "nis2"}, {"ksz"}),
        ("AVG en KSZ", {"gdpr", "ksz"}, set()),
        ("GDPR yes", {"gdpr"}, set()),
        ("gdpr - normale gegevens", {"gdpr"}, set()),
        ("geen NIS2", set(), {"nis2"}),
    ],
)
def test_a_flag_that_is_denied_is_none(words, flags, denied):
    said = stated(words)
    assert (said.flags, said.denied, said.understood) == (flags, denied, True)
    assert {name for name in parsing.stated_classes(words) if name not in (C, I, A)} == flags


@pytest.mark.parametrize(
    ("words", "levels", "doubtful", "strange"),
    [
        ("C3-4 I2 A1", (4, 2, 1), True, False),
        ("C3 I2 A1/2", (3, 2, 2), True, False),
        ("V4- I3 B2", (4, 3, 2), False, False),
        ("B2, V4-", (4, None, 2), True, False),
        ("3-4", (4, 4, 4), True, False),
        ("4/5", (5, 5, 5), True, False),
        ("5-", (5, 5, 5), True, False),
        ("C3-I3-A2", (3, 3, 2), False, False),
        ("C3/I3/A2", (3, 3, 2), False, False),
        ("C7 I3", (None, 3, None), False, True),
        ("C3-9", (3, None, None), True, True),
        ("hoog", (None, None, None), False, False),
        ("7", (None, None, None), False, False),
        ("3 applicaties in 2 fasen", (None, None, None), False, False),
    ],
)
def test_a_range_is_a_doubt(words, levels, doubtful, strange):
    said = stated(words)
    assert tuple(said.levels.get(d) for d in (C, I, A)) == levels
    assert (said.doubtful, said.strange) == (doubtful, strange)
