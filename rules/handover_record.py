"""The record of a formal notification in words: what was sent to whom and when, who received it, what is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from domain.asset import Subject
from domain.facts import Facts, Notice, Trouble, Underway
from domain.fields import Field
from domain.people import Group, Person
from domain.sentence import Quote, Say, say
from rules.moments.rollout import ended
from rules.moments.span import minute
from rules.wording import ROLES, sentences

SOON = timedelta(minutes=1)
"""After which a ticket with something on its way is looked at again."""


def when_and_by_whom(notice: Notice) -> Say:
    """To whom it was sent and when, and who confirmed to have received it, and when."""
    to = _names(notice)
    if notice.receipt:
        return say(
            "Sent to {names} on {sent}; {person} confirmed receipt on {received}.",
            names=to,
            sent=notice.at,
            person=Quote(notice.receipt.person),
            received=notice.receipt.at,
        )
    # Nobody can confirm an e-mail here, so none is said to be awaited.
    if notice.by_mail:
        return say("Sent to {names} by e-mail on {sent}.", names=to, sent=notice.at)
    return say("Sent to {names} on {sent}; receipt is not confirmed yet.", names=to, sent=notice.at)


def on_its_way(found: Sequence[Underway]) -> Say:
    """That it goes out by itself, to whom, and what keeps it."""
    names = tuple(dict.fromkeys(name for one in found for name in _names(one)))
    first = say("The formal notification for {names} is on its way.", names=names)
    return sentences(first, *dict.fromkeys(_trouble(one) for one in found))


def _names(one: Notice | Underway) -> tuple[Quote | Say, ...]:
    """The names as people know them; the role where nobody is known by name."""
    return tuple(Quote(name) for name in one.recipients) or tuple(ROLES[role] for role in one.roles)


def _trouble(one: Underway) -> Say:
    system = Quote(one.system)
    match one.trouble:
        case Trouble.OUT_OF_REACH:
            return say(
                "{system} cannot be reached since {since}; it is sent again by itself.",
                system=system,
                since=one.since,
            )
        case Trouble.REFUSED:
            return say(
                "{system} has not taken it since {since}; it is sent again by itself, and an administrator has"
                " been told.",
                system=system,
                since=one.since,
            )
        case Trouble.NO_ADDRESS:
            return say(
                "It is not known where they are reached on {system}; an administrator has been told.",
                system=system,
            )
        case Trouble.OBSERVING:
            return say("It is sent once an administrator lets the bot write; for now it only observes.")
        case Trouble.NONE:
            return say("It is sent by itself, shortly.")


def after_the_end(facts: Facts) -> tuple[Notice, ...]:
    """The notifications that were delivered once the rollout had ended. One from before an end that was corrected to
    later told of what was not there yet: it does not count, and is sent again by itself.
    """
    end = ended(facts)
    return tuple(one for one in facts.notices if end is None or minute(one.at) >= minute(end.after))


def stakeholders(facts: Facts, subjects: Iterable[Subject]) -> tuple[tuple[str, ...], bool]:
    """Names of the stakeholders that the ticket and these assets give, and whether more may be out of sight. A list in
    the ticket makes up for a silent register.
    """
    own, subjects = facts.field("stakeholders"), tuple(subjects)
    registered = [subject.asset.stakeholders for subject in subjects if subject.asset]
    names = dict.fromkeys(name for field in (own, *registered) for name in _parties(field))
    silent = any(not field.readable for field in registered)
    unseen = any(subject.asset is None and subject.unseen for subject in subjects)
    return tuple(names), not own.readable or ((silent or unseen) and not own.filled)


def _parties(field: Field) -> tuple[str, ...]:
    value = field.value if isinstance(field.value, tuple) else ()
    return tuple(item.name for item in value if isinstance(item, Person | Group))
