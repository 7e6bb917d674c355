"""Which class counts, and what is in doubt: asset fields in, subjects and sentences out."""

from __future__ import annotations

from typing import Any

import pytest
from build import english, ticket

from bot.classify import classify, highest
from bot.model import reading
from bot.model.asset import Asset, Dimension
from bot.model.fields import UNREADABLE, Field
from bot.model.ticket import AssetRef

REF = AssetRef("register", "A1", "Kassa")


def asset(
    c: Any = "3", i: Any = "3", a: Any = "3", gdpr: Any = "no", ksz: Any = "no", nis2: Any = "no"
) -> Asset:
    levels = [v if isinstance(v, Field) else reading.level(v) for v in (c, i, a)]
    flags = [v if isinstance(v, Field) else reading.boolean(v) for v in (gdpr, ksz, nis2)]
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
        ("C7 I3", ["The classification on the ticket, “'C7 I3'”, is not one with classes from 1 to 5."]),
    ],
)
def test_a_lower_class_on_the_ticket_is_told_and_the_assets_counts(stated, told):
    (subject,), problems = judged(asset(c=5), stated)
    assert [english(p) for p in problems] == told
    assert subject.confidentiality == 5


@pytest.mark.parametrize(
    ("stated", "default", "levels", "gdpr"),
    [("", 3, (3, 3, 3), False), ("C5 I1 A1 gdpr", 3, (5, 3, 3), True), ("", 5, (5, 5, 5), False)],
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
