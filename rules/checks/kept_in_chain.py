"""What the parties of a chain agreed is kept: deadlines, planned times and agreements; else it goes up a ladder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from domain.facts import Facts
from domain.finding import Actor
from domain.lifecycle import State
from domain.people import Holder, Person, Role
from domain.sentence import Say, say
from domain.ticket import TicketKind
from rules.approval.decisions import observe_role
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result, all_of
from rules.wording import ROLES, label, saw, sentences


class KeptInChain(Params):
    """`deadlines`: moments by which it must be done. `ladder`: roles to which an overrun goes up, one step every
    `hours_per_step` hours; both are the organisation's own choice.
    """

    # The norm (DAP-7) names the overrun of a deadline and a change not carried through in time alike.
    deadlines: tuple[FieldName, ...] = Field(default=("deadline", "planned_end"), min_length=1)
    ladder: tuple[Role, ...] = Field(min_length=1)
    hours_per_step: int = Field(default=24, ge=1)


PARAMS = KeptInChain


@dataclass(frozen=True, slots=True)
class _Breach:
    """Something not kept, and since when (UTC) as far as that is on record."""

    told: Say
    since: datetime | None


def check(facts: Facts, demand: CheckInput[KeptInChain]) -> Outcome:
    """Met when it was done in time by what the chain agreed; violated from the moment that something is overrun or
    not kept. The finding then tells what, since when, and to whom it goes up.
    """
    asked = demand.params
    breaches = [*_overrun(facts, asked), *_not_kept(facts)]
    looks = [_in_time(facts, asked), *_agreements(facts)]
    result, parts = all_of(look.result for look in looks), tuple(look.part for look in looks)
    if not breaches:
        telling = [look.seen for look in looks if look.result is result]
        wanted = say("Done within its deadline, by what the parties of the chain agreed.")
        due = None if result is Result.MET else min(_moments(facts, asked).values(), default=None)
        return Outcome(result, sentences(*telling), wanted, settlers(facts), parts, due=due)
    since = min((b.since for b in breaches if b.since), default=None)
    step = _step(facts, asked, since)
    seen = sentences(*(breach.told for breach in breaches), *_above(facts, asked, since, step))
    role, steps = asked.ladder[step], len(asked.ladder)
    wanted = say("Escalate to {role}: step {step} of {steps}.", role=ROLES[role], step=step + 1, steps=steps)
    again = _rises_at(facts, asked, since, step)
    return Outcome(Result.VIOLATED, seen, wanted, _holders(facts, role), parts, due=since, again=again)


def _moments(facts: Facts, asked: KeptInChain) -> dict[str, datetime]:
    values = {name: facts.field(name).value for name in asked.deadlines}
    return {name: value for name, value in values.items() if isinstance(value, datetime)}


def _overrun(facts: Facts, asked: KeptInChain) -> Iterator[_Breach]:
    """Every moment that passed before it was done. Of an end that cannot be read nothing is said."""
    end = facts.field("actual_end")
    if not end.readable:
        return
    done = end.value if isinstance(end.value, datetime) else facts.now
    for name, moment in _moments(facts, asked).items():
        if minute(done) > minute(moment) and name == "deadline":
            yield _Breach(say("The deadline is overrun since {moment}.", moment=moment), moment)
        elif minute(done) > minute(moment):
            told = say("Not carried through in time: {field} was {moment}.", field=label(name), moment=moment)
            yield _Breach(told, moment)


def _in_time(facts: Facts, asked: KeptInChain) -> Observation:
    name, end, moments = say("In time"), facts.field("actual_end"), _moments(facts, asked)
    hidden = [field for field in (*asked.deadlines, "actual_end") if not facts.field(field).readable]
    if [*_overrun(facts, asked)]:
        return Observation(name, Result.VIOLATED, saw(facts, "actual_end"))
    if hidden:
        return Observation(name, Result.UNKNOWN, sentences(*(saw(facts, field) for field in hidden)))
    if not moments:
        return Observation(name, Result.UNMET, saw(facts, asked.deadlines[0]))
    told = [say("It must be done by {moment}.", moment=min(moments.values())), saw(facts, "actual_end")]
    return Observation(name, Result.MET if end.filled else Result.UNMET, sentences(*told))


def _agreements(facts: Facts) -> tuple[Observation, ...]:
    """What the chain agreed on changes counts from the rollout on; before it, that is still to be done elsewhere."""
    ticket = facts.ticket
    # An incident is no change: neither registering nor a place on the calendar is asked of it.
    if ticket.kind is TicketKind.INCIDENT or not ticket.state.reached(State.IMPLEMENT):
        return ()
    looks = [observe_filled(facts, "cmk_reference"), observe_role(facts, Role.KETEN_CAB, _anybody)]
    looks += [observe_filled(facts, "calendar_slot")] if ticket.kind is TicketKind.RELEASE else []
    return tuple(_broken(look) if look.result is Result.UNMET else look for look in looks)


def _broken(look: Observation) -> Observation:
    return Observation(look.name, Result.VIOLATED, look.seen)


def _not_kept(facts: Facts) -> Iterator[_Breach]:
    lacking = tuple(look.name for look in _agreements(facts) if look.result is Result.VIOLATED)
    if not lacking:
        return
    start = facts.field("actual_start").value
    if isinstance(start, datetime):
        told = say("Agreements of the chain are not kept since {moment}: {what}.", what=lacking, moment=start)
        yield _Breach(told, start)
    else:
        yield _Breach(say("Agreements of the chain are not kept: {what}.", what=lacking), None)


def _step(facts: Facts, asked: KeptInChain, since: datetime | None) -> int:
    """The step of the ladder that is reached, the first being 0; it stays where it was when the work was done."""
    end = facts.field("actual_end").value
    until = end if isinstance(end, datetime) else facts.now
    climbed = (until - since) // timedelta(hours=asked.hours_per_step) if since else 0
    # A breach since a moment that lies ahead is on the first step, and not below it.
    return min(max(0, climbed), len(asked.ladder) - 1)


def _rises_at(facts: Facts, asked: KeptInChain, since: datetime | None, step: int) -> datetime | None:
    """When the following step is reached; None at the top, once the work was done, or of a breach without a date."""
    if since is None or facts.field("actual_end").filled or step + 1 >= len(asked.ladder):
        return None
    return since + timedelta(hours=asked.hours_per_step) * (step + 1)


def _above(facts: Facts, asked: KeptInChain, since: datetime | None, step: int) -> Iterator[Say]:
    """When it goes up to the following step, and who that is."""
    if moment := _rises_at(facts, asked, since, step):
        above = _holders(facts, asked.ladder[step + 1])
        role = ROLES[asked.ladder[step + 1]]
        told = {"moment": moment, "role": role}
        if isinstance(above[0], Role):
            yield say("From {moment} on it goes up to {role}.", **told)
        else:
            people = tuple(holder.person for holder in above if isinstance(holder, Holder))
            yield say("From {moment} on it goes up to {role}: {people}.", people=people, **told)


def _holders(facts: Facts, role: Role) -> tuple[Actor, ...]:
    # Nobody whose account is closed can act on it.
    return tuple(Holder(person, role) for person in facts.role(role).people if person.active) or (role,)


def _anybody(person: Person) -> bool:
    return True
