"""Who has a duty in a change of another system, as accounts of the release's own system."""

from __future__ import annotations

import pytest
from build import AN, BO, EMPTY, HIDDEN, facts

from bot.intake.accounts import duties_at_home
from domain.people import Person

AN_HERE = Person("an-here", "An", email="an@example.org")
AN_THERE = Person("an-there", "An", email="AN@example.org")


@pytest.mark.parametrize(
    ("builders", "same_person", "people", "readable"),
    [
        ((AN_THERE,), {}, (AN_HERE,), True),
        ((AN,), {"an": "an", "an-here": "an"}, (AN_HERE,), True),
        # somebody without an account here may be anybody
        ((AN_THERE, BO), {}, (), False),
        (EMPTY, {}, (), True),
        (HIDDEN, {}, (), False),
    ],
)
def test_who_built_it_over_there(builders, same_person, people, readable):
    change = facts(builders=builders).ticket
    field = duties_at_home(change, ("builders",), (AN_HERE,), same_person).field("builders")
    assert (field.people, field.readable) == (people, readable)
