"""Which class counts, and what is in doubt: asset fields in, subjects and sentences out."""

from __future__ import annotations

from typing import Any

import pytest
from build import english, subject, ticket

from bot.policy.classification import Beyond, classify, highest, of_change, united, unread_change
from domain import parsing
from domain.asset import Asset, Dimension, Subject
from domain.fields import UNREADABLE, Field
from domain.sentence import say
from domain.ticket import AssetRef

REF = AssetRef("register", "A1", "Kassa")


def asset(
    c: Any = "3", i: Any = "3", a: Any = "3", gdpr: Any = "no", ksz: Any = "no", nis2: Any = "no"
) -> Asset:
    levels = [v if isinstance(v, Field) else parsing.level(v) for v in (c, i, a)]
    flags = [v if isinstance(v, Field) else parsing.boolean(v) for v in (gdpr, ksz, nis2)]
    return Asset("register", "A1", "Kassa", *levels, *flags)


def judged(one: Asset | None, stated: str = "", default: int = 3, unread: bool = False):
    fields = {"classification": Field(stated or None)}
    found = {REF: one} if one else {}
    return classify(ticket(fields=fields, assets=(REF,)), found, frozenset({REF} if unread else ()), default)


@pytest.mark.parametrize(
    ("given", "levels", "flags", "problems"),
    [
        (asset(5, "klasse 4", "2 - intern", "ja"), (5, 4, 2), (True, False, False), []),
        (asset(gdpr=UNREADABLE), (3, 3, 3), (None, False, False), []),
        (asset(c=""), (3, 3, 3), (False,) * 3, ["'Kassa' has no class for confidentiality; judged as class 3."]),
        (asset(i="hoog?"), (3, 3, 3), (False,) * 3,
         ["'Kassa': integrity says “'hoog?'”, which is no class from 1 to 5; judged as class 3."]),
        (asset(a=7), (3, 3, 3), (False,) * 3,
         ["'Kassa': availability says “'7'”, which is no class from 1 to 5; judged as class 3."]),
        (asset(c="1-2"), (2, 3, 3), (False,) * 3,
         ["'Kassa': confidentiality says “'1-2'”, which leaves open which class; judged by the highest, 2."]),
        (asset(a="5-"), (3, 3, 5), (False,) * 3,
         ["'Kassa': availability says “'5-'”, which leaves open which class; judged by the highest, 5."]),
        (asset("informatieklasse 4", "5 - zeer hoog", "2 (laag)", "geen", "nee, niet meer"), (4, 5, 2),
         (False,) * 3, []),
        (None, (3, 3, 3), (False,) * 3, ["'Kassa' is in none of the registers."]),
    ],
)  # fmt: skip
def test_an_asset_is_judged_by_its_classes_or_by_default_with_the_doubt_told(given, levels, flags, problems):
    (subject,), told = judged(given)
    assert tuple(subject.level(d) for d in Dimension) == levels
    assert (subject.gdpr, subject.ksz, subject.nis2) == flags
    assert [english(p) for p in subject.problems] == problems
    assert told == () and subject.unseen == ()


@pytest.mark.parametrize(
    ("given", "unread", "unseen"),
    [
        (asset(c=UNREADABLE), False, ["The confidentiality class of 'Kassa' cannot be read."]),
        (None, True, ["'Kassa' could not be read from the register."]),
    ],
)
def test_what_cannot_be_read_is_for_the_admin_not_a_reproach(given, unread, unseen):
    (subject,), _ = judged(given, unread=unread)
    assert [english(p) for p in subject.unseen] == unseen
    assert subject.problems == ()
    assert subject.confidentiality == 3


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("", []),
        ("C5 I3 A3", []),
        (
            "V4 I3 B3 gdpr",
            ["The ticket states confidentiality 4, but 'Kassa' is class 5; that class counts."],
        ),
        ("hoog", ["The classification on the ticket, “'hoog'”, is not one with classes from 1 to 5."]),
        (
            "C5 I3-4 A3",
            [
                "The classification on the ticket, “'C5 I3-4 A3'”, leaves open which class; the highest it names "
                "counts."
            ],
        ),
        ("geen AVG", []),
        ("BIV 3-3-5", []),
        ("C7 I3", ["The classification on the ticket, “'C7 I3'”, is not one with classes from 1 to 5."]),
    ],
)
def test_a_lower_class_on_the_ticket_is_told_and_the_assets_counts(stated, told):
    (subject,), problems = judged(asset(c=5), stated)
    assert [english(p) for p in problems] == told
    assert subject.confidentiality == 5


@pytest.mark.parametrize(
    ("stated", "default", "levels", "gdpr"),
    [
        ("", 3, (3, 3, 3), False),
        ("C5 I1 A1 gdpr", 3, (5, 3, 3), True),
        ("", 5, (5, 5, 5), False),
        ("C3 I3 A2, geen gdpr", 3, (3, 3, 3), False),
        ("BIV 5-4-3", 3, (3, 4, 5), False),
    ],
)
def test_a_ticket_without_an_asset_is_judged_by_default_or_what_it_states_where_higher(
    stated, default, levels, gdpr
):
    fields = {"classification": Field(stated or None)}
    (subject,), problems = classify(ticket(fields=fields), {}, frozenset(), default)
    assert tuple(subject.level(d) for d in Dimension) == levels
    assert subject.gdpr is gdpr
    assert [english(p) for p in problems] == ["The ticket names no asset."]


def test_assets_that_may_not_be_read_are_not_called_missing():
    (subject,), problems = classify(ticket(assets_readable=False), {}, frozenset(), 3)
    assert problems == ()
    assert subject.confidentiality == 3


def test_the_highest_class_is_shown():
    a, b = (judged(asset(c=c))[0][0] for c in (2, 4))
    assert highest((a, b), Dimension.CONFIDENTIALITY) == 4


def ref(name: str) -> AssetRef:
    return AssetRef("cmdb", name, name)


def named(name: str, c: Any = 3, gdpr: Any = "no") -> Asset:
    made = asset(c, gdpr=gdpr)
    return Asset("cmdb", name, name, made.confidentiality, made.integrity, made.availability, made.gdpr)


SEVERAL = {
    ref("Server"): named("Server", 2),
    ref("Loket"): named("Loket", 4),
    ref("Burgers"): named("Burgers", 5, "ja"),
}


def several(*names: str, stated: str = "", default: int = 3, **beyond: Any):
    fields = {"classification": Field(stated or None)}
    assets = tuple(ref(name) for name in names)
    return classify(ticket(fields=fields, assets=assets), SEVERAL, frozenset(), default, Beyond(**beyond))


def shown(subjects: tuple[Subject, ...]) -> list[tuple[str, int, bool | None]]:
    return [(s.name, s.confidentiality, s.gdpr) for s in subjects]


@pytest.mark.parametrize(
    ("names", "stated", "default", "judged", "told"),
    [
        ("Server Loket", "", 3, [("Server", 2, False), ("Loket", 4, False)], []),
        ("Loket Loket", "", 3, [("Loket", 4, False)], []),
        ("Loket Nergens", "", 5, [("Loket", 4, False), ("Nergens", 5, False)], []),
        ("Server Loket", "C4", 3, [("Server", 2, False), ("Loket", 4, False)], []),
        ("Server Loket", "C3", 3, [("Server", 2, False), ("Loket", 4, False)],
         ["The ticket states confidentiality 3, but 'Loket' is class 4; that class counts."]),
        ("Server Nergens", "C5 gdpr", 3, [("Server", 2, False), ("Nergens", 5, True)], []),
        ("Server Nergens", "C1", 3, [("Server", 2, False), ("Nergens", 3, False)],
         ["The ticket states confidentiality 1, but 'Server' is class 2; that class counts."]),
    ],
)  # fmt: skip
def test_several_assets_are_judged_each_and_stated_against_the_highest(names, stated, default, judged, told):
    subjects, problems = several(*names.split(), stated=stated, default=default)
    assert (shown(subjects), [english(p) for p in problems]) == (judged, told)


def test_what_depends_on_an_asset_counts_too_with_its_path():
    chain = (ref("Server"), ref("Loket"), ref("Burgers"))
    subjects, problems = several("Server", chains={ref("Server"): (chain[:2], chain)}, stated="C2")
    assert [(s.name, s.confidentiality, s.path) for s in subjects] == [
        ("Server", 2, ()),
        ("Loket", 4, ("Server", "Loket")),
        ("Burgers", 5, ("Server", "Loket", "Burgers")),
    ]
    assert [english(p) for p in problems] == [
        "The ticket states confidentiality 2, but 'Burgers' is class 5; that class counts."
    ]


def test_an_asset_that_is_named_needs_no_path():
    subjects, _ = several("Server", "Loket", chains={ref("Server"): ((ref("Server"), ref("Loket")),)})
    assert [(s.name, s.path) for s in subjects] == [("Server", ()), ("Loket", ())]


@pytest.mark.parametrize(
    ("one", "other", "levels", "gdpr"),
    [
        (subject(c=2, i=5), subject(c=4, i=1), (4, 5, 2), False),
        (subject(gdpr=None), subject(gdpr=True), (2, 2, 2), True),
        (subject(gdpr=None), subject(gdpr=False), (2, 2, 2), None),
    ],
)
def test_the_same_asset_seen_twice_counts_once_by_the_highest(one, other, levels, gdpr):
    (both,) = united((one, other))
    assert tuple(both.level(d) for d in Dimension) == levels
    assert both.gdpr is gdpr
    assert united((other, one))[0].gdpr is gdpr


@pytest.mark.parametrize(
    ("names", "bundled", "judged", "told"),
    [
        ("", (subject("Loket", c=4),), [("Loket", 4, False)], []),
        ("Server", (subject("Loket", c=4),), [("Server", 2, False), ("Loket", 4, False)], []),
        ("", (), [("", 3, False)], ["The ticket names no asset."]),
        ("", (unread_change("CHG-9", 3),), [("CHG-9", 3, None)], []),
    ],
)
def test_a_release_is_judged_by_what_its_changes_touch(names, bundled, judged, told):
    subjects, problems = several(*names.split(), bundled=bundled)
    assert (shown(subjects), [english(p) for p in problems]) == (judged, told)


def test_a_change_that_could_not_be_read_is_a_doubt_not_a_reproach():
    one = unread_change("CHG-9", 4)
    assert [english(doubt) for doubt in one.unseen] == [
        "The change 'CHG-9' of this release could not be read."
    ]
    assert (one.problems, one.assumed, one.availability) == ((), tuple(Dimension), 4)


@pytest.mark.parametrize(
    ("readable", "problems", "unseen"),
    [
        (True, ["The change 'CHG-1' of this release names no asset."], []),
        (False, [], ["The assets of change 'CHG-1' of this release cannot be read."]),
    ],
)
def test_a_change_without_an_asset_goes_by_its_key_in_the_release(readable, problems, unseen):
    change = ticket(assets_readable=readable)
    (one,) = of_change(change, classify(change, {}, frozenset(), 3)[0])
    assert one.name == "CHG-1"
    assert [english(p) for p in one.problems] == problems
    assert [english(p) for p in one.unseen] == unseen


def test_where_registers_differ_the_asset_has_a_problem():
    conflict, doubt = (say("Two registers differ."),), (say("Not all was seen."),)
    subjects, _ = several("Loket", conflicts={ref("Loket"): conflict}, doubts={ref("Loket"): doubt})
    assert (subjects[0].problems, subjects[0].unseen) == (conflict, doubt)
