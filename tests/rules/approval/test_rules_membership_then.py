"""Who held the role when they decided: memberships and decisions in, whole outcome out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, CAB, CI, ELS, approved, day, english, facts, members, rejected, run, subject, told
from draws import draws
from hypothesis import given
from hypothesis import strategies as st
from test_rules_properties import PACKS, any_facts, memberships, moments, people

from domain.facts import Child, Facts
from domain.lifecycle import Verdict
from domain.people import Membership, Person, Role
from domain.ticket import Approval, Decision
from rules.approval.membership_then import memberships as known_of
from rules.approval.membership_then import told as sentences_of
from rules.engine import evaluate

G = "g-cab"
NONE = "No approval by the CAB yet."
YES = "Approved by An (CAB) on 05/03 12:00."
THEN = "Approved by An (CAB) on 05/03 12:00 (then a member of the CAB)."
UNSEEN = "An approved on 05/03 12:00 and was not seen to belong to the CAB then, so that does not count."


def told_since(number: int, person: Person = AN) -> Membership:
    """The source tells since when."""
    return Membership(person, G, day(number), told=True, seen=day(number))


def came_after(number: int, person: Person = AN) -> Membership:
    """Not there at one look, and there at the next."""
    return Membership(person, G, day(number), seen=day(number + 1))


def left(
    first: int, last: int, person: Person = AN, since: int | None = None, after: int | None = None
) -> Membership:
    """Seen from one day to another; with `since` the source told when it began, with `after` a look before that did
    not show them.
    """
    began = day(since or after or 0) if since or after else None
    return Membership(person, G, began, since is not None, day(first), day(last))


ALWAYS = Membership(AN, G, seen=day(4))


def cab(given: Approval, *known: Membership, present: tuple[Person, ...] = (AN, BO), **more: object) -> Facts:
    held = members(*present, group=CAB, memberships=known)
    return facts(approvals=(given,), **{"roles": {Role.CAB: held}} | more)


@pytest.mark.parametrize(
    ("known", "present", "result", "seen", "who"),
    [
        ((), (AN, BO), "met", YES, ("Bo",)),
        ((ALWAYS,), (AN, BO), "met", YES, ("Bo",)),
        ((told_since(4),), (AN, BO), "met", YES, ("Bo",)),
        ((told_since(5),), (AN, BO), "met", YES, ("Bo",)),
        (
            (told_since(6),),
            (AN, BO),
            "unmet",
            "An approved on 05/03 12:00 and has belonged to the CAB only since 06/03 12:00, so that does not count."
            f" {NONE}",
            ("An", "Bo"),
        ),
        ((came_after(4),), (AN, BO), "met", YES, ("Bo",)),
        (
            (came_after(6),),
            (AN, BO),
            "unmet",
            "An approved on 05/03 12:00 and did not yet belong to the CAB on 06/03 12:00, so that does not count."
            f" {NONE}",
            ("An", "Bo"),
        ),
        # in two groups of the role: the older membership counts
        ((told_since(6), Membership(AN, "g-2", day(2), told=True)), (AN, BO), "met", YES, ("Bo",)),
        # the row was made anew, and the bot saw them before that
        ((left(3, 6), told_since(7)), (AN, BO), "met", YES, ("Bo",)),
        # of somebody else nothing follows
        ((told_since(6, BO),), (AN, BO), "met", YES, ("Bo",)),
        # who has left
        ((left(3, 6),), (BO,), "met", THEN, ("Bo",)),
        ((left(5, 5),), (BO,), "met", THEN, ("Bo",)),
        ((left(6, 8, since=4),), (BO,), "met", THEN, ("Bo",)),
        # there at the first look at the group: as it was before
        ((left(6, 8),), (BO,), "met", THEN, ("Bo",)),
        # new at a later look, or told to be: not before that
        ((left(6, 8, after=5),), (BO,), "unmet", f"{UNSEEN} {NONE}", ("Bo",)),
        ((left(6, 8, since=6),), (BO,), "unmet", f"{UNSEEN} {NONE}", ("Bo",)),
        ((left(2, 4),), (BO,), "unmet", f"{UNSEEN} {NONE}", ("Bo",)),
        ((), (BO,), "unmet", NONE, ("Bo",)),
    ],
)
def test_an_approval_counts_of_whoever_held_the_role_then(known, present, result, seen, who):
    outcome = told(run("approved_by_role", cab(approved(AN, day(5)), *known, present=present), roles=["cab"]))
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, who)


@pytest.mark.parametrize(
    ("known", "present", "asked_at", "result", "seen"),
    [
        ((), (AN, BO), None, "met", "Approved by An (CAB)."),
        ((ALWAYS,), (AN, BO), None, "met", "Approved by An (CAB)."),
        ((told_since(1),), (AN, BO), None, "met", "Approved by An (CAB)."),
        ((told_since(3),), (AN, BO), day(4), "met", "Approved by An (CAB)."),
        (
            (told_since(3),),
            (AN, BO),
            None,
            "unknown",
            "It cannot be seen whether An approved before or after joining the CAB on 03/03 12:00.",
        ),
        (
            (left(2, 6),),
            (BO,),
            None,
            "unmet",
            f"An no longer belongs to the CAB, so that does not count. {NONE}",
        ),
    ],
)
def test_an_approval_without_a_date_counts_only_where_it_must_have_been_theirs(
    known, present, asked_at, result, seen
):
    given_ = replace(approved(AN), asked_at=asked_at)
    outcome = told(run("approved_by_role", cab(given_, *known, present=present), roles=["cab"]))
    assert (outcome.result, outcome.seen) == (result, seen)


@pytest.mark.parametrize(
    ("known", "present", "seen"),
    [
        ((told_since(6),), (AN, BO), "Rejected by An (CAB) on 05/03 12:00."),
        ((left(3, 6),), (BO,), "Rejected by An (CAB) on 05/03 12:00 (then a member of the CAB)."),
        ((left(6, 8),), (BO,), "Rejected by An (CAB) on 05/03 12:00 (then a member of the CAB)."),
        ((left(6, 8, after=5),), (BO,), "Rejected by An (CAB) on 05/03 12:00."),
    ],
)
def test_a_rejection_stands_of_whoever_holds_or_held_the_role(known, present, seen):
    base = cab(rejected(AN, day(5)), *known, present=present)
    both = replace(
        base, ticket=replace(base.ticket, approvals=(*base.ticket.approvals, approved(BO, day(7))))
    )
    outcome = told(run("approved_by_role", both, roles=["cab"]))
    assert (outcome.result, outcome.seen, outcome.who) == ("unmet", seen, ("An",))


def test_what_was_decided_in_the_role_is_not_taken_back_outside_it():
    gone, late = left(2, 6), approved(AN, day(8))
    for first, result in ((approved(AN, day(5)), "met"), (rejected(AN, day(5)), "unmet")):
        base = cab(first, gone, present=(BO,))
        both = replace(base, ticket=replace(base.ticket, approvals=(first, late)))
        assert told(run("approved_by_role", both, roles=["cab"])).result == result


def test_who_was_asked_through_the_group_belonged_to_it_by_the_record_of_the_source():
    outcome = told(run("approved_by_role", cab(approved(AN, day(5), CAB), told_since(6)), roles=["cab"]))
    assert (outcome.result, outcome.seen) == ("met", YES)


def test_four_eyes_and_releases_look_at_the_same_moment():
    held = {Role.CAB: members(AN, group=CAB, memberships=(told_since(6),)), Role.DPO: members(CI)}
    given_ = facts(approvals=(approved(AN, day(5)), approved(CI, day(5))), roles=held)
    eyes = told(run("approved_by_role", given_, roles=["cab", "dpo"], four_eyes=True))
    assert eyes.seen.endswith("Two different people have not approved yet.")
    change = replace(given_.ticket, key="CHG-2")
    child = Child("CHG-2", change, (subject(c=3),))
    release = facts(changes=("CHG-2",), children=(child,), roles=held, actual_start=day(8))
    outcome = told(run("changes_approved", release))
    assert (outcome.result, outcome.seen) == (
        "unmet",
        "'CHG-2': An approved on 05/03 12:00 and has belonged to the CAB only since 06/03 12:00, so that does not"
        " count. No approval by the CAB yet.",
    )


def test_another_account_of_the_same_person_is_asked_as_well():
    given_ = cab(approved(ELS, day(5)), told_since(6), same_person={"an": "an", "els": "an"})
    assert told(run("approved_by_role", given_, roles=["cab"])).result == "unmet"


def test_the_reasoning_says_since_when():
    known = (told_since(6), left(2, 4), left(5, 6, after=4), came_after(3), ALWAYS)
    assert [english(s) for s in sentences_of(known_of(cab(approved(AN), *known), Role.CAB, AN))] == [
        "An has belonged to it since 06/03 12:00.",
        "An belonged to it until 04/03 12:00; since when is not known, so that it counts as if always.",
        "An belonged to it from 05/03 12:00 to 06/03 12:00.",
        "An joined after 03/03 12:00.",
        "It is not known since when An has belonged to it; it counts as if always.",
    ]


quick = draws(6)


def won(before: Facts, after: Facts) -> list[str]:
    """What becomes met."""
    old = {f.id: f.verdict for f in evaluate(before, PACKS)}
    return [f.id for f in evaluate(after, PACKS) if f.verdict is Verdict.MET is not old.get(f.id)]


def with_members(given_: Facts, role: Role, **changed: object) -> Facts:
    return replace(given_, roles={**given_.roles, role: replace(given_.role(role), **changed)})


@quick
@given(any_facts(), st.sampled_from(list(Role)), people)
def test_who_joins_after_every_decision_settles_nothing(given_, role, person):
    held = given_.role(role)
    if not held.configured or any(p.id == person.id for p in held.people):
        return
    signed = tuple(replace(a, at=a.at or day(3)) for a in given_.ticket.approvals)
    kids = tuple(replace(c, ticket=None) for c in given_.children)
    base = replace(given_, ticket=replace(given_.ticket, approvals=signed), children=kids, same_person={})
    joined = Membership(person, "g", day(30), told=True, seen=day(30))
    after = with_members(base, role, people=(*held.people, person), memberships=(*held.memberships, joined))
    past = [m for m in held.memberships if m.person.id == person.id]
    if not any(m.until is None for m in past):
        assert won(base, after) == []


@quick
@given(any_facts(), st.sampled_from(list(Role)), memberships(), moments)
def test_a_later_beginning_never_settles_anything(given_, role, one, moment):
    held = given_.role(role)
    early = replace(one, since=min(one.since or moment, moment), told=True, until=None)
    late = replace(early, since=max(one.since or moment, moment))
    before, after = (with_members(given_, role, memberships=(*held.memberships, m)) for m in (early, late))
    assert won(before, after) == []


@quick
@given(any_facts(), st.sampled_from(list(Role)), people, moments)
def test_a_time_that_was_seen_loses_nothing_but_for_a_rejection(given_, role, person, moment):
    held = given_.role(role)
    if any(a.decision is Decision.REJECTED for a in given_.ticket.approvals) or given_.children:
        return
    seen = Membership(person, "g", None, seen=day(1), until=moment)
    after = with_members(given_, role, memberships=(*held.memberships, seen))
    assert won(after, given_) == []
