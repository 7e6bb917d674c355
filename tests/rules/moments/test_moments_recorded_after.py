"""What counts only from after the rollout, which ended here on 9 March at noon: what was too early is not there yet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import DIRK, EMPTY, Field, day, facts

from domain.lifecycle import State
from domain.looks import Looks
from domain.ticket import Change
from rules.moments.recorded_after import without_early

END = day(9)
NAMES = ("post_verification",)


def changed(before: str, after: str, at, since=None) -> Change:
    return Change("post_verification", before, after, None, at, since=since)


@pytest.mark.parametrize(
    ("given", "left", "sure"),
    [
        pytest.param({"post_verification": EMPTY}, None, True, id="nothing"),
        pytest.param({"history": (changed("", "wiki", day(9, 13)),)}, "wiki", True, id="after the end"),
        pytest.param({"history": (changed("", "wiki", END),)}, "wiki", True, id="equal is after"),
        pytest.param({"history": (changed("", "wiki", day(8)),)}, None, True, id="before the end"),
        pytest.param({}, None, True, id="there since the ticket was made"),
        pytest.param(
            {"history": (changed("", "draft", day(8)), changed("draft", "wiki", day(9, 13)))},
            "wiki",
            True,
            id="given again after the end",
        ),
        pytest.param(
            {"actual_end": EMPTY, "history": (changed("", "wiki", day(9, 13)),)},
            None,
            True,
            id="it has not ended",
        ),
        pytest.param(
            {
                "actual_end": EMPTY,
                "state": State.REVIEW,
                "history": (
                    Change("state", "implement", "review", None, END),
                    changed("", "wiki", day(9, 13)),
                ),
            },
            "wiki",
            True,
            id="else since the entry into review",
        ),
        pytest.param(
            {"post_verification": Field("wiki", at=day(9, 13)), "history_readable": False},
            "wiki",
            True,
            id="its own moment",
        ),
        pytest.param({"history_readable": False}, "wiki", False, id="nothing shows when it came"),
        pytest.param(
            {"history_readable": False, "looks": Looks(day(9, 15))},
            "wiki",
            False,
            id="by the first look, afterwards",
        ),
        pytest.param(
            {"history_readable": False, "looks": Looks(day(8))}, None, True, id="by the first look, before"
        ),
        pytest.param(
            {
                "history_readable": False,
                "looks": Looks(day(7), (changed("", "wiki", day(9, 13), day(9, 11)),)),
            },
            "wiki",
            False,
            id="between two looks around the end",
        ),
    ],
)
def test_without_early(given, left, sure):
    own = {name: value for name, value in given.items() if name != "looks"}
    whole = facts(**{"post_verification": "wiki", "actual_end": END} | own)
    whole = replace(whole, looks=given.get("looks", Looks()))
    shown, early, seen = without_early(whole, NAMES)
    was_there = whole.field("post_verification").filled
    assert (shown.field("post_verification").value, early, seen) == (
        left,
        NAMES if was_there and left is None else (),
        sure,
    )


def test_who_it_will_be_may_be_named_beforehand_and_a_moment_tells_itself():
    whole = facts(handed_over_to=(DIRK,), handed_over_at=day(8), actual_end=END)
    _, early, _ = without_early(whole, ("handed_over_to", "handed_over_at"))
    assert early == ("handed_over_at",)
