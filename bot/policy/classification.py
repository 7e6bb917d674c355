"""Stage 2: ticket and assets into subjects: which class counts for each asset, and what is in doubt.

An asset without a usable class is judged by the default class, never silently as class 1, and the doubt is
kept as a sentence for ICR-00 (requirements catalogue, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.asset import CLASSES, Asset, Dimension, Flag, Subject
from domain.classes import Stated, highest_in_range, stated
from domain.dependencies import Chain
from domain.fields import Field
from domain.parsing import stated_classes
from domain.sentence import Quote, Say, say
from domain.ticket import AssetRef, Ticket
from rules.wording import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Beyond:
    """What counts beside what the registers say of the assets a ticket names.

    conflicts  by asset: where registers contradict each other
    doubts     by asset: what could not be seen around it
    chains     by asset: what depends on it, and over what
    bundled    subjects of the changes that a release contains
    """

    conflicts: Mapping[AssetRef, tuple[Say, ...]] = field(default_factory=dict)
    doubts: Mapping[AssetRef, tuple[Say, ...]] = field(default_factory=dict)
    chains: Mapping[AssetRef, tuple[Chain, ...]] = field(default_factory=dict)
    bundled: tuple[Subject, ...] = ()


_NOTHING = Beyond()


def classify(
    ticket: Ticket,
    found: Mapping[AssetRef, Asset],
    unread: frozenset[AssetRef],
    default: int,
    beyond: Beyond = _NOTHING,
) -> tuple[tuple[Subject, ...], tuple[Say, ...]]:
    """The subjects of a ticket, each asset once, and the doubts about the ticket as a whole.

    found   the assets that a register knows
    unread  the refs for which a register could not be read, so that nothing is known of them
    """
    stated = _stated(ticket)
    if not ticket.assets and not beyond.bundled:
        return (_nameless(stated, default),), (*_no_assets(ticket), *_stated_problems(ticket, ()))
    # What the ticket states may raise the default, and never lowers a class that is known (docs/decisions/007).
    assumed = {d: max(default, stated.get(d.value, 0)) for d in Dimension}
    flags = {f: bool(stated.get(f.value)) for f in Flag}

    def judged(ref: AssetRef) -> Subject:
        asset = found.get(ref)
        subject = _subject(asset, assumed) if asset else _unknown(ref, ref in unread, assumed, flags)
        return _doubted(subject, beyond.conflicts.get(ref, ()), beyond.doubts.get(ref, ()))

    own = [judged(ref) for ref in ticket.assets]
    reached = [
        replace(judged(chain[-1]), path=tuple(link.name for link in chain))
        for ref in ticket.assets
        for chain in beyond.chains.get(ref, ())
    ]
    subjects = united((*own, *reached, *beyond.bundled))
    return subjects, (*_stated_problems(ticket, subjects),)


def united(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Each asset once, in the order in which they first appear, with the highest of what is said of it."""
    once: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        asset = subject.asset
        # Names are compared only where no register knows the asset: two assets may be called the same.
        key = (asset.book, asset.id) if asset else ("", subject.name.casefold())
        once[key] = _higher(once[key], subject) if key in once else subject
    return tuple(once.values())


def _higher(one: Subject, other: Subject) -> Subject:
    """The same asset, seen from two tickets or by two ways. One that is named stands, whatever leads to it too."""
    values: dict[str, Any] = {d.value: max(one.level(d), other.level(d)) for d in Dimension}
    values |= {f.value: _either(one.flag(f), other.flag(f)) for f in Flag}
    return replace(
        one,
        **values,
        # Judged by default only where neither of the two has a class.
        assumed=tuple(d for d in one.assumed if d in other.assumed),
        problems=tuple(dict.fromkeys((*one.problems, *other.problems))),
        unseen=tuple(dict.fromkeys((*one.unseen, *other.unseen))),
        # Touched itself is nearer than reached: the shorter reason is the one people understand.
        path=one.path if one.path and other.path else (),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if None in (one, other) else False


def _doubted(subject: Subject, problems: tuple[Say, ...], unseen: tuple[Say, ...]) -> Subject:
    return replace(subject, problems=subject.problems + problems, unseen=subject.unseen + unseen)


def unread_change(key: str, default: int, before: Iterable[Mapping[str, object]] = ()) -> Subject:
    """What a change touches that could not be read: unknown, so judged by default like anything unclassified, and never
    lower than when it was last seen.

    before  its subjects of then, as a snapshot has them
    """
    seen = tuple(before)
    doubt = say("The change {key} of this release could not be read.", key=Quote(key))
    levels = {d: max(default, *(_level(subject, d) for subject in seen), default) for d in Dimension}
    # Of what cannot be read, every flag may hold.
    flags = {f: True if any(subject.get(f.value) is True for subject in seen) else None for f in Flag}
    return replace(_judged(key, levels, flags, tuple(Dimension)), unseen=(doubt,))


def _level(subject: Mapping[str, object], dimension: Dimension) -> int:
    value = subject.get(dimension.value)
    return value if isinstance(value, int) and value in CLASSES else 0


def of_change(ticket: Ticket, subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """The subjects of a change as those of the release that contains it: what has no name goes by its key."""
    key = Quote(ticket.key)
    problems: tuple[Say, ...] = ()
    unseen: tuple[Say, ...] = ()
    if ticket.assets_readable:
        problems = (say("The change {key} of this release names no asset.", key=key),)
    else:
        unseen = (say("The assets of change {key} of this release cannot be read.", key=key),)
    return tuple(s if s.name else _doubted(replace(s, name=ticket.key), problems, unseen) for s in subjects)


def highest(subjects: Sequence[Subject], dimension: Dimension) -> int:
    """The ticket's class in a dimension, as shown: the highest of its subjects."""
    return max(subject.level(dimension) for subject in subjects)


def _stated(ticket: Ticket) -> dict[str, int]:
    words = ticket.field("classification").value
    return stated_classes(words) if isinstance(words, str) else {}


def _no_assets(ticket: Ticket) -> tuple[Say, ...]:
    return (say("The ticket names no asset."),) if ticket.assets_readable else ()


def _nameless(stated: Mapping[str, int], default: int) -> Subject:
    """A ticket without an asset: the default class, or what the ticket states where that is higher."""
    levels = {d: max(default, stated.get(d.value, 0)) for d in Dimension}
    return _judged("", levels, {f: bool(stated.get(f.value)) for f in Flag}, assumed=tuple(Dimension))


def _unknown(
    ref: AssetRef, unread: bool, assumed: Mapping[Dimension, int], flags: Mapping[Flag, bool]
) -> Subject:
    """An asset that no register gave: judged by default, or by what the ticket states where that is higher."""
    name = Quote(ref.name)
    doubt = say("{asset} could not be read from the register.", asset=name)
    problem = say("{asset} is in none of the registers.", asset=name)
    subject = _judged(ref.name, assumed, flags, tuple(Dimension))
    return replace(subject, unseen=(doubt,)) if unread else replace(subject, problems=(problem,))


def _subject(asset: Asset, defaults: Mapping[Dimension, int]) -> Subject:
    levels: dict[Dimension, Field] = {d: getattr(asset, d.value) for d in Dimension}
    ranges = {
        d: top for d, field in levels.items() if (top := highest_in_range(field.raw)) and field.readable
    }
    defaults = {**defaults, **ranges}
    known = {d: field.value for d, field in levels.items() if isinstance(field.value, int)}
    assumed = tuple(d for d in Dimension if d not in known)
    flags = {f: _flag(getattr(asset, f.value)) for f in Flag}
    return replace(
        _judged(asset.name, {**defaults, **known}, flags, assumed),
        asset=asset,
        problems=tuple(
            _class_problem(asset, d, levels[d], defaults[d]) for d in assumed if levels[d].readable
        ),
        unseen=tuple(_class_unseen(asset, d) for d in assumed if not levels[d].readable),
    )


def _judged(
    name: str,
    levels: Mapping[Dimension, int],
    flags: Mapping[Flag, bool | None],
    assumed: tuple[Dimension, ...],
) -> Subject:
    return Subject(
        name=name,
        confidentiality=levels[Dimension.CONFIDENTIALITY],
        integrity=levels[Dimension.INTEGRITY],
        availability=levels[Dimension.AVAILABILITY],
        gdpr=flags[Flag.GDPR],
        ksz=flags[Flag.KSZ],
        nis2=flags[Flag.NIS2],
        assumed=assumed,
    )


def _class_unseen(asset: Asset, dimension: Dimension) -> Say:
    name = Quote(asset.name)
    return say(
        "The {dimension} class of {asset} cannot be read.", dimension=DIMENSIONS[dimension], asset=name
    )


def _flag(field: Field) -> bool | None:
    # A flag that is empty where it can be read is a no.
    return bool(field.value) if field.readable else None


def _class_problem(asset: Asset, dimension: Dimension, field: Field, default: int) -> Say:
    about = {"asset": Quote(asset.name), "dimension": DIMENSIONS[dimension], "default": default}
    if highest_in_range(field.raw):
        return say(
            "{asset}: {dimension} says “{raw}”, which leaves open which class; judged by the highest, {default}.",
            raw=Quote(field.raw),
            **about,
        )
    if field.raw:
        return say(
            "{asset}: {dimension} says “{raw}”, which is no class from 1 to 5; judged as class {default}.",
            raw=Quote(field.raw),
            **about,
        )
    return say("{asset} has no class for {dimension}; judged as class {default}.", **about)


def _stated_problems(ticket: Ticket, subjects: Sequence[Subject]) -> tuple[Say, ...]:
    words = ticket.field("classification").value
    if not isinstance(words, str):
        return ()
    said = stated(words)
    if not said.understood or said.strange:
        told = say(
            "The classification on the ticket, “{raw}”, is not one with classes from 1 to 5.",
            raw=Quote(words),
        )
        return (told,)
    lower = (
        _lower(d, said.levels[d.value], subjects) for d in Dimension if _is_lower(d, said.levels, subjects)
    )
    return (*_doubt(words, said), *lower)


def _doubt(words: str, said: Stated) -> Iterator[Say]:
    if said.doubtful:
        yield say(
            "The classification on the ticket, “{raw}”, leaves open which class; the highest it names counts.",
            raw=Quote(words),
        )


def _is_lower(dimension: Dimension, stated: Mapping[str, int], subjects: Sequence[Subject]) -> bool:
    # Nothing is lower than an assumed class: that rose to what the ticket states.
    known = [s for s in subjects if dimension not in s.assumed]
    return dimension.value in stated and bool(known) and stated[dimension.value] < highest(known, dimension)


def _lower(dimension: Dimension, level: int, subjects: Sequence[Subject]) -> Say:
    known = [s for s in subjects if dimension not in s.assumed]
    top = max(known, key=lambda s: s.level(dimension))
    return say(
        "The ticket states {dimension} {stated}, but {asset} is class {level}; that class counts.",
        dimension=DIMENSIONS[dimension],
        stated=level,
        asset=Quote(top.name),
        level=top.level(dimension),
    )
