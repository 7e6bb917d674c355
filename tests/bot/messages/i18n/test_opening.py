"""How a sentence opens: with a capital, and with a name as its system has it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.messages.i18n.speaker import Translator
from domain.people import Group, Person
from domain.sentence import Quote, Say, say

UNIX = Quote("unix201")


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        (say("{asset} is in none of the registers.", asset=UNIX), "unix201 is in none of the registers."),
        (say("{person} has not decided yet.", person=Person("1", "van den Berg")), "van den Berg has not decided yet."),
        (say("{person} has not decided yet.", person=Group("1", "ops")), "ops has not decided yet."),
        (say("{a}", a=say("{b}", b=UNIX)), "unix201"),
        (say("{assets}: read", assets=(UNIX, Quote("b"))), "unix201 and b: read"),
        (say("not required"), "Not required"),
        (say("{a} and more", a=say("nobody")), "Nobody and more"),
    ],
)  # fmt: skip
def test_a_sentence_opens_with_a_capital_and_a_name_stays_as_it_is(spoken: Say, told: str) -> None:
    assert Translator("en", ZoneInfo("Europe/Brussels")).opening(spoken) == told
