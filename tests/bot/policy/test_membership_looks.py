"""What one look after another tells of who belongs to a group: looks in, memberships out."""

from __future__ import annotations

import pytest
from build import AN, BO, CAB, day, members

from bot.policy.membership import Watched, looked, with_past
from domain.people import Membership, Person

G = CAB.id
AN_IN, BO_IN = Membership(AN, G), Membership(BO, G)


def told(person: Person, number: int) -> Membership:
    return Membership(person, G, day(number), told=True)


@pytest.mark.parametrize(
    ("looks", "known"),
    [
        # the first sight of a group tells nothing of the past
        ([(AN_IN,)], (Membership(AN, G, None, False, day(2)),)),
        # who is new came after the last look
        (
            [(AN_IN,), (AN_IN, BO_IN)],
            (Membership(AN, G, None, False, day(2)), Membership(BO, G, day(2), False, day(3))),
        ),
        ([(), (BO_IN,)], (Membership(BO, G, day(2), False, day(3)),)),
        # who is gone was there until the last look
        ([(AN_IN,), (AN_IN,), ()], (Membership(AN, G, None, False, day(2), day(3)),)),
        # and may come back
        (
            [(AN_IN,), (), (AN_IN,)],
            (Membership(AN, G, None, False, day(2), day(2)), Membership(AN, G, day(3), False, day(4))),
        ),
        # the source tells since when
        ([(told(AN, 1),)], (Membership(AN, G, day(1), True, day(2)),)),
        ([(), (told(AN, 1),)], (Membership(AN, G, day(1), True, day(3)),)),
        ([(AN_IN,), (told(AN, 1),)], (Membership(AN, G, day(1), True, day(2)),)),
        ([(told(AN, 1),), (AN_IN,)], (Membership(AN, G, day(1), True, day(2)),)),
        # the row was made anew between two looks
        (
            [(told(AN, 1),), (told(AN, 3),)],
            (Membership(AN, G, day(1), True, day(2), day(2)), Membership(AN, G, day(3), True, day(3))),
        ),
        # two rows of one person: the older counts
        ([(told(AN, 2), told(AN, 1))], (Membership(AN, G, day(1), True, day(2)),)),
        (
            [(told(AN, 1), told(AN, 2)), (told(AN, 2), told(AN, 1))],
            (Membership(AN, G, day(1), True, day(2)),),
        ),
    ],
)
def test_looks(looks, known):
    watched = Watched()
    for number, present in enumerate(looks, 2):
        watched = looked(watched, present, day(number))
    assert watched == Watched(day(len(looks) + 1), known)


def test_a_new_name_is_kept_with_the_same_account():
    renamed = Membership(Person(AN.id, "An Peeters"), G)
    (one,) = looked(looked(Watched(), (AN_IN,), day(2)), (renamed,), day(3)).memberships
    assert (one.person.name, one.seen) == ("An Peeters", day(2))


def test_a_role_is_judged_with_the_past_of_the_groups_it_has_now():
    known = {
        G: Watched(day(5), (Membership(BO, G, None, False, day(2)),)),
        "former": Watched(day(5), (Membership(AN, "former"),)),
    }
    held = with_past(members(AN, group=CAB, memberships=(AN_IN,)), known, day(6))
    assert held.memberships == (
        Membership(BO, G, None, False, day(2), day(5)),
        Membership(AN, G, day(5), False, day(6)),
    )


def test_nothing_is_told_where_nothing_was_ever_seen():
    held = members(AN, group=CAB, readable=False)
    assert with_past(held, {}, day(6)) == held
