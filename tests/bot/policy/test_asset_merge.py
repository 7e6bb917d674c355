"""One asset in several registers: what each says in, what counts and what is told out."""

from __future__ import annotations

from typing import Any

import pytest
from build import AN, BO, EMPTY, english

from bot.policy.asset_merge import merge
from connectors.register.register import RegisterBook
from connectors.servicenow.cmdb.register import Cmdb
from domain.asset import Asset
from domain.fields import UNREADABLE, Field
from domain.parsing import level

TITLES = {"register": RegisterBook.title, "servicenow": Cmdb.title}


def asset(book: str, c: Any = UNREADABLE, gdpr: Any = UNREADABLE, **more: Field) -> Asset:
    seen = c if isinstance(c, Field) else level(c)
    flag = gdpr if isinstance(gdpr, Field) else Field(gdpr)
    return Asset(book, f"{book}-1", "Kassa", confidentiality=seen, gdpr=flag, **more)


@pytest.mark.parametrize(
    ("cmdb", "file", "counts", "told"),
    [
        (3, 3, 3, []),
        (3, 5, 5, ["'Kassa' is C5 in the register file but C3 in 'ServiceNow'; the higher counts."]),
        (5, 3, 5, ["'Kassa' is C5 in 'ServiceNow' but C3 in the register file; the higher counts."]),
        (UNREADABLE, 3, 3, []),
        ("", 3, 3, []),
        ("hoog?", 3, 3, []),
        (UNREADABLE, "", None, []),
    ],
)
def test_the_highest_class_counts_and_a_difference_is_told(cmdb, file, counts, told):
    one, doubts = merge([asset("servicenow", cmdb), asset("register", file)], TITLES)
    assert one.confidentiality.value == counts
    assert [english(doubt) for doubt in doubts] == told
    assert (one.book, one.id) == ("servicenow", "servicenow-1"), "the first register names the asset"


@pytest.mark.parametrize(
    ("fields", "raw", "readable"),
    [
        ((UNREADABLE, UNREADABLE), "", False),
        ((UNREADABLE, EMPTY), "", True),
        ((EMPTY, level("hoog?")), "hoog?", True),
    ],
)
def test_without_any_class_the_most_telling_remains(fields, raw, readable):
    one, doubts = merge([asset("servicenow", fields[0]), asset("register", fields[1])], TITLES)
    seen = one.confidentiality
    assert (seen.value, seen.raw, seen.readable, doubts) == (None, raw, readable, ())


@pytest.mark.parametrize(
    ("cmdb", "file", "counts", "told"),
    [
        (True, True, True, []),
        (False, False, False, []),
        (UNREADABLE, False, False, []),
        (UNREADABLE, UNREADABLE, None, []),
        (None, True, True, []),
        (
            False,
            True,
            True,
            [
                "'Kassa' holds personal data by the register file but not by 'ServiceNow'; "
                "it counts as holding it."
            ],
        ),
    ],
)
def test_a_flag_that_one_register_holds_counts(cmdb, file, counts, told):
    one, doubts = merge([asset("servicenow", gdpr=cmdb), asset("register", gdpr=file)], TITLES)
    assert (one.gdpr.value, [english(doubt) for doubt in doubts]) == (counts, told)


@pytest.mark.parametrize(
    ("first", "second", "owner"),
    [
        (Field((AN,)), Field((BO,)), (AN,)),
        (EMPTY, Field((BO,)), (BO,)),
        (UNREADABLE, Field((BO,)), (BO,)),
        (EMPTY, UNREADABLE, None),
    ],
)
def test_people_and_hours_come_from_the_first_register_that_names_them(first, second, owner):
    one, doubts = merge([asset("servicenow", owner=first), asset("register", owner=second)], TITLES)
    assert (one.owner.value, one.owner.readable, doubts) == (owner, True, ())


def test_one_register_says_what_it_says():
    only = asset("register", "hoog?")
    assert merge([only], TITLES) == (only, ())
