"""Putting an exception on record: who may, what it must say, and for how long. Refusals are one line each.

A waiver never makes anything met. It is for one ticket and named rules, and lapses by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.messages.i18n.speaker import ROLE_NAMES, Translator
from bot.policy.waiver_terms import WaiverTerms
from domain import parsing
from domain.facts import Facts
from domain.people import Holder, Role, RoleMembers
from domain.sentence import Quote, Say, say
from domain.waiver import Waiver
from rules.approval.people import MAKERS, duty_of
from rules.engine import UnknownRule, evaluate, why_not
from rules.loading.loader import Pack
from rules.why_not import find_rule
from rules.wording import label

_MEANINGFUL = 10
"""Characters that a reason must have at least, to be one."""

_LONGEST = 300
"""Characters that it may have: it stands in every comment while the waiver is in force."""


class WaiverRefused(Exception):
    """The waiver is not recorded. `str()` is one line for the command line that says why, and what would do; `told`
    says the same to somebody who fills in a form.
    """

    def __init__(self, line: str, told: Say) -> None:
        super().__init__(line)
        self.told = told


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A waiver as somebody asks for it: until the end of the day `until`, in the office's time zone."""

    rules: tuple[str, ...]
    reason: str
    until: date
    person: str


def waiver(
    facts: Facts, packs: Sequence[Pack], asked: WaiverRequest, terms: WaiverTerms, speak: Translator
) -> Waiver:
    """The waiver to record. Raises WaiverRefused."""
    for rule in asked.rules:
        _applicable(facts, packs, rule, speak)
    holder = decider(facts, asked.person, terms, speak)
    return Waiver(
        ticket=facts.ticket.subject,
        rules=tuple(dict.fromkeys(asked.rules)),
        reason=_reason(asked.reason),
        by=holder.name,
        role=holder.role,
        recorded_at=facts.now,
        until=_until(asked.until, facts.now, terms.waiver_max_days, speak),
    )


def decider(facts: Facts, person: str, terms: WaiverTerms, speak: Translator) -> Holder:
    """The person, by account id or exact name, as one who may decide on exceptions to this ticket: in a role that
    does, and without a part in making the change. Raises WaiverRefused.
    """
    holder = authorised(facts.roles, person, terms.waiver_roles, speak)
    _not_their_own(facts, holder)
    return holder


def still_open(facts: Facts, packs: Sequence[Pack], made: Waiver) -> tuple[str, ...]:
    """Rules that demand the same as one of the waiver's, and are open beside it."""
    # Judged as if it stood already: what a waiver covers is told by the engine alone.
    findings = evaluate(replace(facts, waivers=(*facts.waivers, made)), packs)
    lines = {finding.line for finding in findings if finding.id in made.rules}
    return tuple(finding.id for finding in findings if finding.line in lines and finding.verdict.open)


def authorised(
    held: Mapping[Role, RoleMembers], person: str, roles: Sequence[Role], speak: Translator
) -> Holder:
    """The person, by account id or exact name, in the first of the roles they hold now. Raises WaiverRefused."""
    words = " ".join(person.split()).casefold()
    found = [
        Holder(member, role)
        for role in roles
        for member in held.get(role, RoleMembers()).people
        if member.active and words in (member.id.casefold(), member.name.casefold())
    ]
    if not found:
        raise _who_may(held, person, roles, speak)
    ids = sorted({holder.person.id for holder in found})
    if len(ids) > 1:
        line = f"{person} is the name of several people; give the account id: {', '.join(ids)}"
        raise WaiverRefused(line, say("{name} is the name of several people.", name=Quote(person)))
    return found[0]


def _who_may(
    held: Mapping[Role, RoleMembers], person: str, roles: Sequence[Role], speak: Translator
) -> WaiverRefused:
    may = [
        Holder(member, role)
        for role in roles
        for member in held.get(role, RoleMembers()).people
        if member.active
    ]
    if may:
        names = ", ".join(dict.fromkeys(f"{one.name} ({speak(ROLE_NAMES[one.role])})" for one in may))
        told = say("You may not record an exception here; these may: {people}.", people=tuple(may))
        return WaiverRefused(f"{person} may not record or end a waiver; these may: {names}", told)
    settings = ", ".join(f"ROLES__{role.name}" for role in roles)
    line = f"nobody may record or end a waiver yet: name the groups with {settings}, and let the account read them"
    return WaiverRefused(
        line, say("Nobody may record an exception yet: an administrator has to set who decides on it.")
    )


def _not_their_own(facts: Facts, holder: Holder) -> None:
    """Nobody excepts their own work, by any of their accounts; a duty that cannot be read is held against nobody."""
    if duty := duty_of(facts, holder.person, MAKERS):
        raise WaiverRefused(
            f"{holder.name} {_DID[duty]} {facts.ticket.key}; a waiver of it is for somebody else to record",
            say(
                "You have a part in this change ({part}), so somebody else has to decide on an exception.",
                part=label(duty),
            ),
        )


_DID = {"requester": "requested", "implementer": "carries out", "builders": "built"}


def _applicable(facts: Facts, packs: Sequence[Pack], rule: str, speak: Translator) -> None:
    try:
        reason = why_not(facts, packs, rule)
    except UnknownRule as error:
        told = say("There is no requirement called {rule}.", rule=Quote(rule))
        raise WaiverRefused(str(error), told) from error
    if reason is not None:
        key = facts.ticket.key
        told = say("{rule} is not asked of {ticket}: {why}", rule=rule, ticket=Quote(key), why=reason)
        raise WaiverRefused(f"{rule} is not asked of {key}: {speak(reason)}", told)
    _, found = find_rule(facts, packs, rule)
    # What cannot be seen of the condition is no leave either.
    if found.waivable and found.waivable.holds(facts) is not True:
        condition = say("It may only be waived {when}.", when=found.waivable.told)
        raise WaiverRefused(f"{rule} on {facts.ticket.key}: {speak(condition)}", condition)


def _reason(words: str) -> str:
    text = " ".join(words.split())
    # Ten times the same letter is long enough, and says nothing.
    if len(text) < _MEANINGFUL or not parsing.text(text).filled or len(set(text.casefold())) <= 2:
        raise WaiverRefused(
            "--reason must say why, in a few words that somebody understands a year from now",
            say("Say why, in a few words that somebody understands a year from now."),
        )
    if len(text) > _LONGEST:
        raise WaiverRefused(
            f"--reason may be {_LONGEST} characters long; keep the details in the ticket",
            say("The reason may be {n} characters long; keep the details in the ticket.", n=_LONGEST),
        )
    return text


def _until(day: date, now: datetime, max_days: int, speak: Translator) -> datetime:
    """The end of the day. Refused when it is over, or too far away."""
    zone = speak.timezone
    today = now.astimezone(zone).date()
    last = today + timedelta(days=max_days)
    told = say(
        "Choose a last day from {first} to {last}.",
        first=Quote(_shown(today, speak)),
        last=Quote(_shown(last, speak)),
    )
    if day < today:
        raise WaiverRefused(f"--until {day} is over; give a day from {today} to {last}", told)
    if day > last:
        line = f"--until {day} is too far away; {last} at the latest (SLUIS_WAIVER_MAX_DAYS)"
        raise WaiverRefused(line, told)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def _shown(day: date, speak: Translator) -> str:
    # At noon no change of the clock shows the day before.
    return speak.day(datetime.combine(day, time(12), speak.timezone))
