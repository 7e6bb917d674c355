"""A data breach, or the suspicion of one, is priority 1 and is reported in time to the chain and the authority."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field

from domain import parsing
from domain.facts import Facts
from domain.fields import Field as TicketField
from domain.people import Role
from domain.sentence import Say, say
from domain.words import WORDS, plain, says_none
from rules.approval.membership_then import role_at_decision
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled, observe_value
from rules.moments.log import changes
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import ROLES, label, saw, sentences


class BreachReported(Params):
    """Hours from when it became known within which it must be reported."""

    hours: int = Field(default=72, ge=1)

    def any_hour(self) -> bool:
        """The law gives hours, not office hours, whatever the class (GDPR, art. 33)."""
        return True


PARAMS = BreachReported
_REPORTS = ("reported_written", "reported_phone")
_AUTHORITY = "reported_authority"
_SAID = frozenset({"yes", "suspected"})
_TOLD_AT = (3, 6, 12, 24, 36, 48, 60, 72)
"""Hours left at which the text changes: often enough to press, seldom enough not to be written anew all day."""


def check(facts: Facts, demand: CheckInput[BreachReported]) -> Outcome:
    """Met by the highest priority, both reports to the chain and the one to the authority, in time; in the place of the
    last, by what the DPO recorded of why it is not needed. A report too late, or none at the end of the term, is a
    violation.
    """
    wanted = say(
        "Handle it as priority 1; within {hours} hours report it to the chain in writing and by telephone, and to the "
        "authority, or have the DPO record why that is not needed.",
        hours=demand.params.hours,
    )
    detected = facts.field("detected_at")
    # A moment that is hidden may lie before the ticket: counted from there, a term that is over would seem to run.
    if not detected.readable:
        return Outcome(Result.UNKNOWN, saw(facts, "detected_at"), wanted, settlers(facts))
    end = known_at(facts) + timedelta(hours=demand.params.hours)
    reports = [*(_report(facts, name, end) for name in _REPORTS), _authority(facts, end)]
    outcome = combine(
        [observe_value(facts, "incident_priority", "highest"), *reports], wanted, settlers(facts)
    )
    # Once all reports are in, what is left (the priority) has no clock.
    if outcome.result is Result.MET or all(look.result is Result.MET for look in reports):
        return outcome
    seen = sentences(outcome.seen, _clock(facts, end))
    # While the clock runs nothing is missing, though the ticket be closed.
    return replace(outcome, seen=seen, due=end, again=_changes_at(facts, end), in_time=facts.now <= end)


def known_at(facts: Facts) -> datetime:
    """When it became known (UTC): the earlier of the detection and of when the ticket first said breach or suspicion; a
    detection that is written later does not start the clock anew.
    """
    earlier = [
        found
        for change in changes(facts)
        if change.field == "detected_at" and (found := parsing.moment(change.before).moment)
    ]
    told = [m for m in (facts.field("detected_at").moment, *earlier) if m is not None and m <= facts.now]
    return min((*told, _first_said(facts)))


def _first_said(facts: Facts) -> datetime:
    """When the ticket first said that there was or may be a breach: when it was made, if nothing shows that it said so
    only later.
    """
    own = [change for change in changes(facts) if change.field == "data_breach"]
    if not own or parsing.choice("data_breach", own[0].before).value in _SAID:
        return facts.ticket.created
    said = (c for c in own if parsing.choice("data_breach", c.after).value in _SAID)
    # Of what two looks leave open the earlier: nobody gets more time because the bot looked late.
    return next((c.since or c.at for c in said), facts.ticket.created)


def _changes_at(facts: Facts, end: datetime) -> datetime:
    """When the text about the time left is next another one."""
    moments = (end - timedelta(hours=hours) for hours in _TOLD_AT)
    return min((moment for moment in moments if moment > facts.now), default=end)


def _report(facts: Facts, name: str, end: datetime) -> Observation:
    known = observe_filled(facts, name)
    return _in_time(facts, name, known, facts.field(name).moment, end)


def _in_time(facts: Facts, name: str, known: Observation, at: datetime | None, end: datetime) -> Observation:
    if known.result is Result.UNKNOWN:
        return known
    # What is not reported yet is late as soon as the term is over.
    late = minute(at) > minute(end) if at is not None else facts.now > end
    if not late:
        return known
    return Observation(
        known.name, Result.VIOLATED, sentences(known.seen, say("{field}: too late.", field=label(name)))
    )


def _authority(facts: Facts, end: datetime) -> Observation:
    """A moment of the report; or in words, by the DPO, why none is needed."""
    known, field = observe_filled(facts, _AUTHORITY), facts.field(_AUTHORITY)
    if known.result is not Result.MET or not isinstance(field.value, str):
        return _in_time(facts, _AUTHORITY, known, None, end)
    at = parsing.moment(field.value).moment
    if at is not None and minute(at) > facts.now:
        coming = Observation(known.name, Result.UNMET, sentences(known.seen, say("That is still to come.")))
        return _in_time(facts, _AUTHORITY, coming, None, end)
    if at is not None:
        return _in_time(facts, _AUTHORITY, known, at, end)
    # "Not needed" alone gives no reason, and words of anybody else decide nothing.
    answers = WORDS.fields[_AUTHORITY].answers
    unreasoned = says_none(field.value, _AUTHORITY) or plain(field.value) in answers
    result, why = (Result.UNMET, say("The reason is not there.")) if unreasoned else _by_the_dpo(facts, field)
    look = Observation(known.name, result, sentences(known.seen, *([why] if why else [])))
    return look if result is not Result.UNMET else _in_time(facts, _AUTHORITY, look, None, end)


def _by_the_dpo(facts: Facts, field: TicketField) -> tuple[Result, Say | None]:
    members = facts.role(Role.DPO)
    if field.by is None or not members.configured:
        return Result.UNKNOWN, say("It cannot be seen whether {role} recorded that.", role=ROLES[Role.DPO])
    if role_at_decision(facts, Role.DPO, field.by, field.at, None).counts:
        return Result.MET, None
    if not members.readable:
        return Result.UNKNOWN, say("It cannot be read who belongs to {role}.", role=ROLES[Role.DPO])
    return Result.UNMET, say("That is for {role} to record.", role=ROLES[Role.DPO])


def _clock(facts: Facts, end: datetime) -> Say:
    """When the term ends, how long that still is, or that it is over; and from what it is counted."""
    left = (end - facts.now).total_seconds() / 3600
    if left < 0:
        told = say("The term is overrun: it ended on {moment}.", moment=end)
    elif step := next((hours for hours in _TOLD_AT if left <= hours), None):
        told = say("The term ends on {moment}: {hours} hours at most are left.", moment=end, hours=step)
    else:
        told = say("The term ends on {moment}.", moment=end)
    detected = facts.field("detected_at").moment
    since = known_at(facts)
    if detected is not None and detected == since:
        return told
    if since == facts.ticket.created:
        return sentences(told, say("It is counted from the creation of this ticket."))
    return sentences(told, say("It is counted from {moment}, when it was first known.", moment=since))
