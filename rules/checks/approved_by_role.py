"""People in each of the roles approved, with four eyes and duties apart where the class asks for that."""

from __future__ import annotations

from pydantic import Field

from domain.facts import Facts
from domain.people import Person, Role
from domain.sentence import Say, say
from rules.approval.decisions import ask_of, in_role, observe_role, with_later_changes
from rules.approval.people import distinct, does_not_count, duties_apart, duty_of
from rules.check_api import CheckInput, Params
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import ROLES, sentences


class ApprovedByRole(Params):
    """Roles that must each approve. `four_eyes`: two different people at least, whose own work it is not."""

    roles: tuple[Role, ...] = Field(min_length=1)
    four_eyes: bool = False

    def preapprovable(self) -> bool:
        """For the CAB alone: a template is its decision in advance, and no second pair of eyes on this change."""
        return self.roles == (Role.CAB,) and not self.four_eyes


PARAMS = ApprovedByRole


def check(facts: Facts, demand: CheckInput[ApprovedByRole]) -> Outcome:
    """Met when every role approved. Under four eyes approvals by whoever has a duty in it do not count."""
    roles, four_eyes = demand.params.roles, demand.params.four_eyes

    def counts(person: Person) -> bool:
        return not four_eyes or duty_of(facts, person) is None

    looks = [observe_role(facts, role, counts) for role in roles]
    if four_eyes:
        # Vo-ICR R&D v2.1 §1.1, class 5, and §1.2 from class 4: segregation of duties and four eyes in one measure.
        looks += [_two_people(facts, roles), duties_apart(facts)]
    # Four eyes add two looks that are no role's; where no role lacks, each of them may give the second pair of eyes.
    asked = [role for role, look in zip(roles, looks, strict=False) if look.result is Result.UNMET] or roles
    who = tuple(dict.fromkeys(actor for role in asked for actor in ask_of(facts, role, counts)))
    given = (vote for role in asked for vote in in_role(facts, role))
    return with_later_changes(facts, demand.subjects, given, combine(looks, _wanted(roles, four_eyes), who))


def _two_people(facts: Facts, roles: tuple[Role, ...]) -> Observation:
    name = say("Four eyes")
    approved = distinct(facts, (v.person for role in roles for v in in_role(facts, role) if v.holds))
    # Whoever asked for the change or made it cannot be the second pair of eyes.
    people = tuple(person for person in approved if duty_of(facts, person) is None)
    if len(people) > 1:
        return Observation(name, Result.MET, say("Different people approved: {people}.", people=people))
    if not _all_readable(facts, roles):
        return Observation(
            name, Result.UNKNOWN, say("It cannot be seen whether two different people approved.")
        )
    barred = (does_not_count(facts, person) for person in approved if person not in people)
    return Observation(
        name, Result.UNMET, sentences(*barred, say("Two different people have not approved yet."))
    )


def _all_readable(facts: Facts, roles: tuple[Role, ...]) -> bool:
    held = [facts.role(role) for role in roles]
    return facts.ticket.approvals_readable and all(m.configured and m.readable for m in held)


def _wanted(roles: tuple[Role, ...], four_eyes: bool) -> Say:
    asked = sentences(*(say("An approval by {role}.", role=ROLES[role]) for role in roles))
    if not four_eyes:
        return asked
    return sentences(
        asked,
        say("This takes two different people who did not request, build, test or carry out the change."),
    )
