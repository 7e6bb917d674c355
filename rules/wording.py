"""Words that checks share: names of fields, roles and choices for people, and what was seen of a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, reduce

from domain import parsing
from domain.asset import Dimension, Flag, Subject
from domain.facts import Facts
from domain.fields import FIELDS, Field, Kind
from domain.parsing import shorten
from domain.people import Person, Role
from domain.sentence import Quote, Say, say
from domain.words import blank

ROLES: Mapping[Role, Say] = {
    Role.OWNER: say("the application owner"),
    Role.CAB: say("the CAB"),
    Role.DPO: say("the DPO"),
    Role.CHANGE_MANAGER: say("the change manager"),
    Role.OPERATIONS: say("operations"),
    Role.KETEN_CAB: say("the chain CAB"),
    Role.USERS: say("the users"),
    Role.PROCESS_OWNER: say("the process owner"),
}

DIMENSIONS: Mapping[Dimension, Say] = {
    Dimension.CONFIDENTIALITY: say("confidentiality"),
    Dimension.INTEGRITY: say("integrity"),
    Dimension.AVAILABILITY: say("availability"),
}

FLAGS: Mapping[Flag, Say] = {
    Flag.GDPR: say("personal data"),
    Flag.KSZ: say("social data of a personal nature (or use of the national register number)"),
    Flag.NIS2: say("systems of a NIS2 entity"),
}

CHOICES: Mapping[str, Say] = {
    "standard": say("standard"),
    "normal": say("normal"),
    "emergency": say("emergency"),
    "major": say("major"),
    "minor": say("minor"),
    "sprint": say("sprint"),
    "big_bang": say("big bang"),
    "phased": say("phased"),
    "limited_pull": say("limited pull"),
    "pull": say("pull"),
    "passed": say("passed"),
    "failed": say("failed"),
    "accepted": say("accepted"),
    "rejected": say("rejected"),
    "synthetic": say("synthetic"),
    "anonymised": say("anonymised"),
    "pseudonymised": say("pseudonymised"),
    "production": say("production data"),
    "none": say("none"),
    "successful": say("successful"),
    "with_issues": say("with issues"),
    "rolled_back": say("rolled back"),
    "critical": say("critical"),
    "highest": say("1, the highest"),
    "lowest": say("the lowest"),
    "high": say("high"),
    "medium": say("medium"),
    "low": say("low"),
    "light": say("light"),
    "very_high": say("very high, a calamity"),
    "incident": say("incident"),
    "problem": say("problem"),
    "corrective": say("corrective"),
    "preventive": say("preventive"),
    "improvement": say("improvement"),
    "upkeep": say("maintenance"),
    "yes": say("yes"),
    "suspected": say("suspected"),
    "no": say("no"),
    "medium_findings": say("medium findings"),
    "high_open": say("high findings, still open"),
    "high_mitigated": say("high findings, mitigated"),
}


# Written again in `sentences`: the catalogues are extracted from literals alone.
_JOINED = "{first} {then}"


@cache
def label(name: str) -> Say:
    """What people call a field of the vocabulary."""
    # No literal: `bot.messages.i18n.catalogue` takes the labels from the vocabulary itself.
    return say(FIELDS[name].label)


def labels(*names: str) -> tuple[Say, ...]:
    """What people call several fields."""
    return tuple(label(name) for name in names)


def sentences(first: Say, *more: Say) -> Say:
    """Several sentences as one, each said once."""
    once: list[Say] = []
    for sentence in (first, *more):
        if sentence not in once:
            once.append(sentence)
    return reduce(lambda said, then: say("{first} {then}", first=said, then=then), once)


def atoms(sentence: Say) -> tuple[Say, ...]:
    """The single sentences that `sentences` joined."""
    if sentence.msgid != _JOINED:
        return (sentence,)
    return tuple(atom for _, part in sentence.args if isinstance(part, Say) for atom in atoms(part))


def asset_name(name: str) -> Quote | Say:
    """What an asset is called; a ticket that names none is judged as if it were one."""
    return Quote(name) if name else say("this ticket, without an asset,")


def class_letter(dimension: Dimension, level: int) -> Say:
    """One class as people write it, such as C3."""
    match dimension:
        case Dimension.CONFIDENTIALITY:
            return say("C{level}", level=level)
        case Dimension.INTEGRITY:
            return say("I{level}", level=level)
        case Dimension.AVAILABILITY:
            return say("A{level}", level=level)


def rows_told(dimension: Dimension, classes: Sequence[str]) -> Say:
    """Rows of a norm's table as people cite them, by the classes that each is about."""
    named = tuple(Quote(one) for one in classes)
    if len(named) == 1:
        return say("{dimension}, class {classes}", dimension=DIMENSIONS[dimension], classes=named)
    return say("{dimension}, classes {classes}", dimension=DIMENSIONS[dimension], classes=named)


def classes_of(subject: Subject) -> Say:
    """An asset with the classes that count for it."""
    return say(
        "{asset} is C{confidentiality} I{integrity} A{availability}",
        asset=asset_name(subject.name),
        confidentiality=subject.confidentiality,
        integrity=subject.integrity,
        availability=subject.availability,
    )


def saw(facts: Facts, name: str) -> Say:
    """What was seen of a ticket's field: its value and who set it, or that it is empty or out of sight."""
    field = facts.field(name)
    if not field.readable:
        return say("{field} cannot be read.", field=label(name))
    return _saw_value(name, field) if field.filled else _saw_nothing(name, field)


def _saw_value(name: str, field: Field) -> Say:
    value = shown_value(name, field.value)
    if field.by is None or field.at is None:
        return say("{field} says {value}.", field=label(name), value=value)
    return say(
        "{field} says {value}, set by {person} on {moment}.",
        field=label(name),
        value=value,
        person=field.by,
        moment=field.at,
    )


def _saw_nothing(name: str, field: Field) -> Say:
    if field.doubt:
        return field.doubt
    if not field.raw:
        return say("{field} is empty.", field=label(name))
    if FIELDS[name].kind is Kind.TEXT:
        return say(
            "{field} says only {text}, which counts as empty.", field=label(name), text=Quote(field.raw)
        )
    return say("{field} says {text}, which is not understood.", field=label(name), text=Quote(field.raw))


def shown_value(name: str, value: object) -> object:
    """A value of a field as people read it."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime | Person):
        return value
    if isinstance(value, tuple):
        return tuple(item if isinstance(item, Person) else _quote(item) for item in value)
    if FIELDS[name].kind is Kind.TEXT:
        return say("“{text}”", text=_quote(value))
    choice = CHOICES.get(str(value)) if FIELDS[name].kind is Kind.CHOICE else None
    return choice or _quote(value)


def shown_as(name: str, text: str) -> object | None:
    """What the history of a field shows as its value, in the reader's words where it can be understood; None for
    nothing. `name` may be one that is no field of the vocabulary: then the text as it stands.
    """
    spec = FIELDS.get(name)
    if blank(text, name):
        return None
    if spec is None or spec.kind not in _UNDERSTOOD:
        return _quote(text) if spec is None or spec.kind is not Kind.TEXT else shown_value(name, text)
    value = _UNDERSTOOD[spec.kind](name, text).value
    return _quote(text) if value is None else shown_value(name, value)


_UNDERSTOOD: Mapping[Kind, Callable[[str, str], Field]] = {
    Kind.CHOICE: parsing.choice,
    Kind.BOOL: lambda _, text: parsing.boolean(text),
    Kind.MOMENT: lambda _, text: parsing.moment(text),
}


def _quote(value: object) -> Quote:
    return Quote(shorten(str(getattr(value, "name", value))))
