"""People in each of the roles approved, with four eyes and duties apart where the class asks for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import Field

from domain.facts import Facts
from domain.finding import Actor
from domain.people import ANY_ROLE, Holder, Person, Role
from domain.sentence import Say, say
from rules.approval.decisions import (
    approvals_for,
    approvals_wanted,
    ask_of,
    in_role,
    observe_role,
    with_later_changes,
)
from rules.approval.how_many import HowMany
from rules.approval.people import (
    also_requested,
    among,
    distinct,
    does_not_count,
    duties_apart,
    duty_of,
)
from rules.check_api import CheckInput
from rules.outcome import Observation, Outcome, Result, combine, with_told
from rules.wording import sentences


class ApprovedByRole(HowMany):
    """Roles that must each approve. `at_least`: how many different people of each, one number or a table by role.
    `four_eyes`: two different people at least, with no duty in the change; one for each role where there are several.
    """

    roles: tuple[Role, ...] = Field(min_length=1)
    four_eyes: bool = False

    def preapprovable(self) -> bool:
        """For one approval by the CAB alone: a template is its decision in advance, and no second pair of eyes on this
        change.
        """
        return self.roles == (Role.CAB,) and self.of(Role.CAB) == 1 and not self.four_eyes


PARAMS = ApprovedByRole


def check(facts: Facts, demand: CheckInput[ApprovedByRole]) -> Outcome:
    """Met when every role approved. Under four eyes approvals by whoever has a duty in it do not count."""
    asks = demand.params
    roles, four_eyes = asks.roles, asks.four_eyes

    def counts(person: Person) -> bool:
        return not four_eyes or duty_of(facts, person) is None

    looks = [observe_role(facts, role, counts, asks.of(role)) for role in roles]
    left = [role for role, look in zip(roles, looks, strict=True) if look.result is Result.UNMET]
    who = [actor for role in left or roles for actor in ask_of(facts, role, counts, asks.of(role))]
    if four_eyes:
        # Vo-ICR R&D v2.1 §1.1, class 5, and §1.2 from class 4: segregation of duties and four eyes in one measure.
        looks += [_apart(facts, roles), duties_apart(facts, _approvers(facts, roles))]
        # Where no role lacks its approval, a second person in any of them will do.
        who = who if left else [_in_any(actor) for actor in who]
    given = [vote for role in left or roles for vote in in_role(facts, role)]
    wanted = sentences(
        *(approvals_wanted(role, n) for role, n in asks.counts().items()), *_apart_wanted(asks)
    )
    outcome = combine(looks, wanted, tuple(dict.fromkeys(who)))
    told = () if four_eyes else also_requested(facts, _approvers(facts, roles))
    return with_later_changes(facts, demand.subjects, given, with_told(outcome, told))


def _in_any(actor: Actor) -> Actor:
    return replace(actor, part=ANY_ROLE) if isinstance(actor, Holder) else actor


def _approvers(facts: Facts, roles: tuple[Role, ...]) -> tuple[Person, ...]:
    """Everybody whose approval for one of the roles stands, whatever their duties."""
    return distinct(
        facts, (vote.person for role in roles for vote in approvals_for(facts, role, lambda _: True))
    )


def _apart(facts: Facts, roles: tuple[Role, ...]) -> Observation:
    """Two people at least, none with a duty in the change, and each role by somebody of its own."""
    name = say("Four eyes")
    approved = _approvers(facts, roles)
    # Whoever asked for the change or made it cannot be the second pair of eyes.
    people = tuple(person for person in approved if duty_of(facts, person) is None)
    # A role of which nobody approved yet has a look of its own, which says so.
    by_role = [found for role in roles if (found := [p for p in people if _approved_for(facts, role, p)])]
    if len(people) > 1 and _one_each(facts, by_role):
        return Observation(name, Result.MET, say("Different people approved: {people}.", people=people))
    if not _all_readable(facts, roles):
        return Observation(
            name, Result.UNKNOWN, say("It cannot be seen whether two different people approved.")
        )
    barred = (does_not_count(facts, person) for person in approved if person not in people)
    return Observation(
        name, Result.UNMET, sentences(*barred, say("Two different people have not approved yet."))
    )


def _approved_for(facts: Facts, role: Role, person: Person) -> bool:
    return among(facts, person, (vote.person for vote in approvals_for(facts, role, lambda _: True)))


def _one_each(facts: Facts, by_role: Sequence[Sequence[Person]], taken: tuple[Person, ...] = ()) -> bool:
    """Whether each of these can be stood for by somebody who stands for no other."""
    if not by_role:
        return True
    first, *rest = by_role
    return any(
        _one_each(facts, rest, (*taken, person)) for person in first if not among(facts, person, taken)
    )


def _all_readable(facts: Facts, roles: tuple[Role, ...]) -> bool:
    held = [facts.role(role) for role in roles]
    return facts.ticket.approvals_readable and all(m.configured and m.readable for m in held)


def _apart_wanted(asks: ApprovedByRole) -> Iterator[Say]:
    if not asks.four_eyes:
        return
    yield say("This takes two different people who did not request, build, test or carry out the change.")
