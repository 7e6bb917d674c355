"""What the search for a person is made of: a text as it reads, ways to write a name, numbers, slips of the pen."""

from __future__ import annotations

import pytest

from domain import cut_off, telephone
from domain.folding import folded
from domain.name_forms import orders, shortened, words_of
from domain.near_words import near_words


@pytest.mark.parametrize(
    ("text", "plain", "at"),
    [
        ("Piet", "Piet", [0, 1, 2, 3, 4]),
        ("é", "e", [0, 1]),
        ("e\u0301x", "ex", [0, 2, 3]),
        ("%C3%A9x", "ex", [0, 6, 7]),
        ("a&nbsp;b", "a b", [0, 1, 7, 8]),
        ("a%2C%20b", "a, b", [0, 1, 4, 7, 8]),
        ("\u200ba\u202e", "a", [1, 3]),
        ("ß", "ss", [0, 0, 1]),
        ("100% zeker & klaar", "100% zeker & klaar", [*range(19)]),
    ],
)
def test_a_text_as_it_reads(text: str, plain: str, at: list[int]) -> None:
    read = folded(text)
    assert (read.plain, [*read.at]) == (plain, at)


@pytest.mark.parametrize(
    ("name", "words", "turned", "short"),
    [
        ("Jansen, Piet (IT)", ("piet", "jansen"), {"piet jansen", "jansen piet"}, {"p jansen", "j piet"}),
        (
            "piet.jansen@example.org",
            ("piet", "jansen"),
            {"piet jansen", "jansen piet"},
            {"p jansen", "j piet"},
        ),
        ("An Li", ("an", "li"), {"an li", "li an"}, set()),
        ("Beheer", ("beheer",), set(), set()),
        ("???", (), set(), set()),
        (
            "An de Wit",
            ("an", "de", "wit"),
            {"an de wit", "de wit an", "wit an de", "an wit", "wit an"},
            {"a de wit", "ad wit", "a wit", "d wit an"},
        ),
    ],
)
def test_ways_to_write_a_name(name: str, words: tuple[str, ...], turned: set[str], short: set[str]) -> None:
    assert words_of(name) == words
    assert {" ".join(order) for order in orders(words)} == turned
    written = {f"{form.initials} {' '.join(form.rest)}" for form in shortened(words)}
    assert written == short


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tel 0470 12 34 56.", ["0470 12 34 56"]),
        ("+32 (0)2 555.66.77 of 06-12345678", ["+32 (0)2 555.66.77", "06-12345678"]),
        ("01-02-2026 10:00, 2026-02-01 10:00", []),
        ("CHG0030001 of 0030001", []),
        ("3aad5673dfbac9c1ed4878a2903120b1", []),
    ],
)
def test_telephone_numbers(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in telephone.dialled(text)] == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0470 12 34 56", "+32 (0)470/12.34.56", True),
        ("0032 470 12 34 56", "32470123456", True),
        ("0470 12 34 56", "0470 12 34 57", False),
        ("12 34 56", "0470 12 34 56", False),
    ],
)
def test_one_number_written_in_two_ways(one: str, other: str, same: bool) -> None:
    assert telephone.same_number(telephone.digits(one), telephone.digits(other)) is same


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("by Piet Ja... and Piet Jansen...", ["Piet Ja", "Piet Jansen"], []),
        ("Piet...; Piet Jon...", [], []),
        ("tel 0470 12..., 12...", [], ["0470 12"]),
    ],
)
def test_what_is_left_where_a_text_was_cut_off(text: str, names: list[str], numbers: list[str]) -> None:
    assert [text[a:b] for a, b in cut_off.names(text, {("piet", "jansen")})] == names
    assert [text[a:b] for a, b in cut_off.numbers(text)] == numbers


@pytest.mark.parametrize(
    ("word", "is_near"),
    [
        ("jansen", True),
        ("janssen", True),
        ("jasen", True),
        ("jasnen", True),
        ("janzen", True),
        ("janssens", False),
        ("pit", True),
        ("niet", False),
    ],
)
def test_a_slip_of_the_pen(word: str, is_near: bool) -> None:
    assert (word in near_words(["jansen", "piet"])) is is_near
    assert near_words(["max"]) == {"max"}
