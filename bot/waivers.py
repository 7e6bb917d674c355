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
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.people import Holder, Person, Role, RoleMembers
from domain.sentence import Quote, Say, say
from domain.waiver import Waiver
from rules.engine import UnknownRule, evaluate, why_not
from rules.loading.loader import Pack, Rule
from rules.waivers import Required, lacking, meets, part_of, required, running
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
    """A waiver as somebody asks for it: until the end of the day `until`, in the office's time zone. `person` is an
    account id, an exact name or an e-mail address.
    """

    rules: tuple[str, ...]
    reason: str
    until: date
    person: str


@dataclass(frozen=True, slots=True)
class _Open:
    """A requirement that may be waived, and whose exceptions that takes."""

    finding: Finding
    required: tuple[Required, ...]

    @property
    def id(self) -> str:
        return self.finding.id

    def holders(self, facts: Facts, roles: Sequence[Role]) -> list[Holder]:
        """Everybody who may record one of them, in the order of the roles."""
        return [
            Holder(person, role)
            for role in roles
            for one in self.required
            if role in one.roles
            for person in (one.owners if role is Role.OWNER else facts.role(role).people)
            if person.active
        ]


def waiver(
    facts: Facts, packs: Sequence[Pack], asked: WaiverRequest, terms: WaiverTerms, speak: Translator
) -> Waiver:
    """The waiver to record. Raises WaiverRefused."""
    findings = {finding.id: finding for finding in evaluate(facts, packs)}
    rules = tuple(dict.fromkeys(asked.rules))
    open_ = [_open(facts, packs, rule, findings.get(rule), speak) for rule in rules]
    holder = _decider(facts, asked.person, open_, terms, speak)
    return Waiver(
        ticket=facts.ticket.subject,
        rules=rules,
        reason=_reason(asked.reason),
        by=holder.name,
        role=holder.role,
        recorded_at=facts.now,
        until=_until(asked.until, facts.now, terms.waiver_max_days, speak),
        account=holder.person.id,
    )


def waivable_by(
    facts: Facts,
    packs: Sequence[Pack],
    findings: Sequence[Finding],
    who: str,
    terms: WaiverTerms,
    speak: Translator,
) -> tuple[Finding, ...]:
    """Of the findings those for which this person, by account id, may record an exception now; nothing where nothing is
    open. Raises WaiverRefused when they may for none of them.
    """
    open_ = [_open(facts, packs, one.id, one, speak) for one in findings if _may_be_waived(facts, packs, one)]
    if not open_:
        return ()
    person = _known(facts, who, open_, terms, speak)
    free = [one.finding for one in open_ if _free_roles(one, person, terms, facts)]
    if not free:
        raise _twice(
            next(one for one in open_ if not _stranger(facts, who, [one], terms)), person, facts, speak
        )
    return tuple(free)


def still_open(facts: Facts, packs: Sequence[Pack], made: Waiver) -> tuple[str, ...]:
    """Rules that demand the same as one of the waiver's, and are open beside it."""
    findings = _with(facts, packs, made)
    lines = {finding.line for finding in findings if finding.id in made.rules}
    beside = (finding for finding in findings if finding.line in lines and finding.id not in made.rules)
    return tuple(finding.id for finding in beside if finding.verdict.open)


def awaited(facts: Facts, packs: Sequence[Pack], made: Waiver) -> tuple[Say, ...]:
    """Of the waiver's rules those for which somebody else must record one too, in a sentence each."""
    recorded = replace(facts, waivers=(*facts.waivers, made))
    open_ = [one for one in _with(facts, packs, made) if one.id in made.rules and one.verdict.open]
    return tuple(
        say("{rule} stays open until an exception is recorded by {who} too.", rule=one.id, who=who)
        for one in open_
        if (who := tuple(r.who for r in lacking(find_rule(facts, packs, one.id)[1], one, recorded)))
    )


def _with(facts: Facts, packs: Sequence[Pack], made: Waiver) -> tuple[Finding, ...]:
    # Judged as if it stood already: what a waiver covers is told by the engine alone.
    return evaluate(replace(facts, waivers=(*facts.waivers, made)), packs)


def authorised(
    held: Mapping[Role, RoleMembers],
    person: str,
    roles: Sequence[Role],
    speak: Translator,
    own: Sequence[Holder] = (),
) -> Holder:
    """The person, by account id, exact name or e-mail address, as one who may end an exception: in the first of the
    roles they hold now, or as one of those whose `own` it is. Raises WaiverRefused.
    """
    may = [
        Holder(member, role)
        for role in roles
        for member in held.get(role, RoleMembers()).people
        if member.active
    ]
    found = [holder for holder in (*may, *own) if _called(holder.person, person)]
    if not found:
        raise _nobody_such(may, person, "record or end a waiver", roles, speak)
    _one_person(found, person)
    return found[0]


def _open(
    facts: Facts, packs: Sequence[Pack], rule: str, finding: Finding | None, speak: Translator
) -> _Open:
    """The requirement as one that may be waived. Raises WaiverRefused when it is not asked, met, or never waived."""
    found = _applicable(facts, packs, rule, speak)
    if finding is None or not _standing(finding):
        told = say(
            "{rule} on {ticket}: {verdict}, so there is nothing to waive.",
            rule=rule,
            ticket=Quote(facts.ticket.key),
            verdict=finding.verdict if finding else Verdict.MET,
        )
        raise WaiverRefused(speak(told).rstrip("."), told)
    asked = required(found, finding, facts)
    if not any(one.roles for one in asked):
        told = say("Nobody may record an exception to {rule}.", rule=rule)
        raise WaiverRefused(f"nobody may waive {rule}, whatever the reason", told)
    return _Open(finding, asked)


def _standing(finding: Finding) -> bool:
    """Whether there is something to waive: open, or open beneath an exception that ends."""
    return finding.verdict.open or (finding.under is not None and finding.under.open and not finding.for_good)


def _may_be_waived(facts: Facts, packs: Sequence[Pack], finding: Finding) -> bool:
    if not finding.verdict.open:
        return False
    _, rule = find_rule(facts, packs, finding.id)
    return any(one.roles for one in required(rule, finding, facts))


def _decider(facts: Facts, who: str, open_: Sequence[_Open], terms: WaiverTerms, speak: Translator) -> Holder:
    """The person as one who may record an exception to all of these in one role: without a part in making the change,
    and where none of theirs runs already. Raises WaiverRefused.
    """
    for one in open_:
        if _stranger(facts, who, [one], terms):
            raise _who_may(facts, who, [one], terms, speak)
    person = _known(facts, who, open_, terms, speak)
    free = [_free_roles(one, person, terms, facts) for one in open_]
    for one, roles in zip(open_, free, strict=True):
        if not roles:
            raise _twice(one, person, facts, speak)
    both = set.intersection(*free)
    role = next((role for role in terms.waiver_roles if role in both), None)
    if role is None:
        line = f"{person.name} waives these in different roles; record them one by one"
        raise WaiverRefused(line, say("You decide on these in different roles; record them one by one."))
    return Holder(person, role)


def _known(facts: Facts, who: str, open_: Sequence[_Open], terms: WaiverTerms, speak: Translator) -> Person:
    """The one person of that name who may record an exception to one of these, and has no part in making the change.
    Raises WaiverRefused.
    """
    may = (holder for one in open_ for holder in one.holders(facts, terms.waiver_roles))
    found = [holder for holder in may if _called(holder.person, who)]
    if not found:
        raise _who_may(facts, who, open_, terms, speak)
    _one_person(found, who)
    _not_their_own(facts, found[0].person)
    return found[0].person


def _stranger(facts: Facts, who: str, open_: Sequence[_Open], terms: WaiverTerms) -> bool:
    holders = (holder for one in open_ for holder in one.holders(facts, terms.waiver_roles))
    return not any(_called(holder.person, who) for holder in holders)


def _free_roles(one: _Open, person: Person, terms: WaiverTerms, facts: Facts) -> set[Role]:
    """The roles in which an exception by this person is one that does not run yet."""
    return {
        role
        for role in terms.waiver_roles
        if role is Role.OWNER or facts.role(role).holds(person)
        if any(
            asked.by(person, role, facts) and _runs(asked, person, role, one.id, facts) is None
            for asked in one.required
        )
    }


def _runs(asked: Required, person: Person, role: Role, rule: str, facts: Facts) -> Waiver | None:
    """What runs already of what they would record: by that role, or by themselves."""
    made = (one for one in running(facts, rule) if one.role is role or one.account == person.id)
    # One that does not hold stands in nobody's way.
    sound = (one for one in made if part_of(facts, Person(one.account, one.by)) is None)
    return next((one for one in sound if meets(one, asked, facts)), None)


def _twice(one: _Open, person: Person, facts: Facts, speak: Translator) -> WaiverRefused:
    theirs = [(asked, role) for asked in one.required for role in Role if asked.by(person, role, facts)]
    made = [found for asked, role in theirs if (found := _runs(asked, person, role, one.id, facts))]
    last = max(made, key=lambda waiver: waiver.until)
    told = say(
        "{rule} is under an exception by {name} ({role}) already, until {day}.",
        rule=one.id,
        name=Quote(last.by),
        role=last.role,
        day=Quote(speak.day(last.until - timedelta(seconds=1))),
    )
    return WaiverRefused(f"{speak(told)[:-1]}; end that one first", told)


def _called(person: Person, words: str) -> bool:
    wanted = " ".join(words.split()).casefold()
    return bool(wanted) and wanted in (person.id.casefold(), person.name.casefold(), person.email.casefold())


def _one_person(found: Sequence[Holder], words: str) -> None:
    ids = sorted({holder.person.id for holder in found})
    if len(ids) > 1:
        line = f"{words} is the name of several people; give the account id: {', '.join(ids)}"
        raise WaiverRefused(line, say("{name} is the name of several people.", name=Quote(words)))


def _who_may(
    facts: Facts, who: str, open_: Sequence[_Open], terms: WaiverTerms, speak: Translator
) -> WaiverRefused:
    """That the person may not, and who may; or what has to be set, where that is nobody."""
    may = [holder for one in open_ for holder in one.holders(facts, terms.waiver_roles)]
    may.sort(key=lambda holder: terms.waiver_roles.index(holder.role))
    roles = [role for role in Role if any(role in asked.roles for one in open_ for asked in one.required)]
    done = f"record a waiver of {open_[0].id}" if len(open_) == 1 else "record a waiver"
    left_out = [role for role in roles if role not in terms.waiver_roles]
    if not may and left_out:
        names = ", ".join(role.value for role in left_out)
        line = f"nobody may {done}: SLUIS_WAIVER_ROLES leaves out {names}"
        return WaiverRefused(line, _UNSET)
    return _nobody_such(may, who, done, roles, speak)


_UNSET = say("Nobody may record an exception yet: an administrator has to set who decides on it.")


def _nobody_such(
    may: Sequence[Holder], person: str, done: str, roles: Sequence[Role], speak: Translator
) -> WaiverRefused:
    if may:
        people = tuple(dict.fromkeys(may))
        names = ", ".join(f"{one.name} ({speak(ROLE_NAMES[one.role])})" for one in people)
        told = say("You may not record an exception here; these may: {people}.", people=people)
        return WaiverRefused(f"{person} may not {done}; these may: {names}", told)
    groups = ", ".join(f"ROLES__{role.name}" for role in roles if role is not Role.OWNER)
    if not groups:
        line = f"nobody may {done}: no application owner is known, neither of the asset nor in the ticket"
        return WaiverRefused(line, say("Nobody may record this exception: no application owner is known."))
    return WaiverRefused(
        f"nobody may {done} yet: name the groups with {groups}, and let the account read them", _UNSET
    )


def _not_their_own(facts: Facts, person: Person) -> None:
    """Nobody excepts their own work, by any of their accounts, nor a release that it is a part of; a duty that cannot
    be read is held against nobody.
    """
    if part := part_of(facts, person):
        raise WaiverRefused(
            f"{person.name} {_DID[part.duty]} {part.key}; a waiver of it is for somebody else to record",
            say(
                "You have a part in this change ({part}), so somebody else has to decide on an exception.",
                part=label(part.duty),
            ),
        )


_DID = {"requester": "requested", "implementer": "carries out", "builders": "built", "testers": "tested"}


def _applicable(facts: Facts, packs: Sequence[Pack], rule: str, speak: Translator) -> Rule:
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
    return found


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
