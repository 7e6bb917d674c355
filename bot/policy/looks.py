"""What the bot's own looks tell of a ticket: what changed from one to the next. Pure: the moments are handed in.

The first look tells nothing of the past. From then on what differs changed after the look before, and by this look at
the latest. What a look could not see is compared with the last look that did, so that a gap makes a bound wider and
never a moment wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from domain import parsing
from domain.asset import Asset, Dimension, Flag, Subject
from domain.facts import Child
from domain.fields import FIELDS, Field, Kind, Value
from domain.history import difference, same_words
from domain.looks import Looks
from domain.ticket import Change, Ticket

STATE, ASSETS, CONTENTS, OWNER = "state", "assets", "changes", "owner"
MOST = 200
"""Changes kept of a ticket. Beyond that the two oldest of whatever changed most often become one with a wider bound; of
each thing the last change stays.
"""
_MOST_UNSEEN = 500
"""Things remembered that the last look did not show: assets no longer touched, fields no longer readable."""
_BESIDE = timedelta(hours=1)
"""By how much another process may have looked later and stored sooner; more than that is a clock that was ahead."""
_SAME_MINUTE = timedelta(minutes=1)
"""Two clocks tell of one change: that of the source, in whole seconds or minutes, and our own."""
_ERASED = re.compile(r"person-[0-9a-f]{8}")
"""What stands in the place of somebody who was erased: it may be anybody."""

Key = tuple[str, str]
"""The asset it is of ("book:id", empty for the ticket's own), and the field."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing as a look showed it.

    text   as a history would show it, shortened
    mark   a hash of a text that is too long to be kept
    where  what it was read from: a value from elsewhere is no change of this one
    parts  of people, assets and contents: each by its id, with its name
    """

    text: str = ""
    mark: str = ""
    where: str = ""
    parts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look shows. All moments are in UTC.

    seen     whatever can be read, empty or not
    names    of the assets, by "book:id"
    created  when the ticket was made
    began    before any of it was read
    at       after all of it was read
    """

    seen: Mapping[Key, Seen]
    names: Mapping[str, str]
    created: datetime
    began: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What was last seen of one thing. `since` is the look that last showed it, None where the last look did."""

    seen: Seen
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a ticket from looking at it: when it was first seen, from when to when the last look was read,
    what that and earlier looks showed last, and what changed between looks, oldest first.
    """

    first: datetime
    began: datetime
    at: datetime
    kept: Mapping[Key, Kept] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def observed(ticket: Ticket, subjects: Iterable[Subject], began: datetime, at: datetime) -> Observation:
    """What a look at a ticket and its assets shows: texts shortened, long ones by a hash."""
    seen: dict[Key, Seen] = {("", STATE): Seen(ticket.state.value)}
    # What a history tells of a field goes with that history: without it, the field says something else.
    beside = "~" if ticket.history_readable else ""
    for name, value in ticket.fields.items():
        if name in FIELDS and value.readable:
            seen["", name] = replace(_seen(name, value), where=beside + value.where)
    if ticket.assets_readable:
        parts = {f"{one.book}:{one.id}": one.name for one in ticket.assets}
        seen["", ASSETS] = Seen(parts=parts)
    assets = [one.asset for one in subjects if one.asset]
    for asset in assets:
        seen |= {(_id(asset), name): one for name, one in _of_asset(asset)}
    return Observation(seen, {_id(one): one.name for one in assets}, ticket.created, began, at)


def _id(asset: Asset) -> str:
    return f"{asset.book}:{asset.id}"


def _of_asset(asset: Asset) -> Iterator[tuple[str, Seen]]:
    for name in (*Dimension, *Flag, OWNER):
        value: Field = getattr(asset, name)
        if value.readable:
            yield str(name), replace(_seen(str(name), value), where=value.where)


def _seen(name: str, value: Field) -> Seen:
    kind = FIELDS[name].kind if name in FIELDS else Kind.USERS if name == OWNER else None
    items = value.value if isinstance(value.value, tuple) else ()
    if name == CONTENTS:
        return Seen(parts={str(key): str(key) for key in items})
    if kind in (Kind.USERS, Kind.PARTY):
        return Seen(parts={str(getattr(one, "id", one)): str(getattr(one, "name", one)) for one in items})
    if kind is Kind.KEYS:
        items = tuple(sorted(map(str, items)))
    text = ", ".join(map(str, items)) if items else _plain(value.value, value.raw)
    short = parsing.shorten(text)
    return Seen(short, "" if short == " ".join(text.split()) else _mark(text))


def _plain(value: Value, raw: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return raw if value is None or value == () else str(value)


def _mark(text: str) -> str:
    return sha256(" ".join(text.split()).casefold().encode("utf-8", "replace")).hexdigest()[:32]


def looked(known: Remembered | None, look: Observation) -> Remembered:
    """What is known after one more look."""
    if known is None:
        return Remembered(look.at, look.began, look.at, {key: Kept(one) for key, one in look.seen.items()})
    if look.at < known.at <= look.at + _BESIDE:
        return known
    known = _in_time(known, look)
    new = [
        change
        for key, one in look.seen.items()
        for change in _changes(key, known.kept.get(key), one, known.began, look)
    ]
    kept = {key: Kept(one) for key, one in look.seen.items()}
    unseen = {key: one for key, one in known.kept.items() if key not in kept}
    changes = _bounded([*known.changes, *new])
    return Remembered(known.first, look.began, look.at, kept | _unseen(unseen, known.began), changes)


def _unseen(kept: Mapping[Key, Kept], last: datetime) -> dict[Key, Kept]:
    dated = {key: replace(one, since=one.since or last) for key, one in kept.items()}
    longest = sorted(dated, key=lambda key: dated[key].since or last, reverse=True)
    return {key: dated[key] for key in longest[:_MOST_UNSEEN]}


def _in_time(known: Remembered, look: Observation) -> Remembered:
    """The same with no moment that is still to come: the clock was ahead once. Then only what was before is sure."""
    if known.began <= look.began and known.first <= look.at and known.at <= look.at:
        return known
    first = min(known.first, look.at)
    sure = first if known.first <= look.began else min(look.created, look.began)

    def past(moment: datetime | None) -> datetime | None:
        return sure if moment and moment > look.began else moment

    kept = {key: replace(one, since=past(one.since)) for key, one in known.kept.items()}
    changes = tuple(
        replace(one, since=past(one.since), at=min(one.at, look.at)) if one.at > look.at else one
        for one in known.changes
    )
    return Remembered(first, past(known.began) or sure, look.at, kept, changes)


def _changes(key: Key, before: Kept | None, now: Seen, last: datetime, look: Observation) -> Iterator[Change]:
    of, name = key
    elsewhere = before is not None and before.seen.where != now.where
    if before is None or elsewhere:
        # It came into view filled: since when nothing tells, so it may have been there from the start.
        told = before is not None and not _pairs(name, before.seen, now)
        if not of and name in FIELDS and name != CONTENTS and not told and (text := _text(now)):
            yield Change(name, "", text, None, look.at, min(look.created, look.began))
        return
    for old, new in _pairs(name, before.seen, now):
        yield Change(name, old, new, None, look.at, before.since or last, look.names.get(of, ""))


def _text(seen: Seen) -> str:
    if seen.parts is None:
        return "" if same_words(seen.text, "") else seen.text
    return parsing.shorten(", ".join(sorted(seen.parts.values())))


def _pairs(name: str, before: Seen, now: Seen) -> list[tuple[str, str]]:
    """What stood there and what stands there, for each change that matters; both empty where it cannot be shown."""
    if before == now:
        return []
    if before.parts is not None and now.parts is not None:
        return _moved(name, before.parts, now.parts)
    if _same(name, before, now):
        return []
    return [difference(before.text, now.text, name) or ("", "")]


def _moved(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    gone = sorted(before[one] for one in before.keys() - now.keys())
    came = sorted(now[one] for one in now.keys() - before.keys())
    if name in (ASSETS, CONTENTS):
        return [*((one, "") for one in gone), *(("", one) for one in came)]
    nobody_else = len(gone) == len(came) and all(map(_ERASED.fullmatch, before.keys() - now.keys()))
    # Accounts are made anew now and then: somebody of the same name has not come in the place of themselves.
    if nobody_else or gone == came:
        return []
    return [(_text(Seen(parts=before)), _text(Seen(parts=now)))]


def _same(name: str, before: Seen, now: Seen) -> bool:
    if before.mark or now.mark:
        return before.mark == now.mark
    if same_words(_meant(name, before.text), _meant(name, now.text)):
        return True
    # A register's word that was not understood may be the same word, which is understood by now.
    if name in tuple(Dimension) and before.text and not parsing.level(before.text).filled:
        return True
    return bool(_ERASED.search(before.text)) and _fits(before.text, now.text)


def _fits(erased: str, text: str) -> bool:
    """Whether a text is what was kept of it, with anybody in the place of somebody who was erased."""
    rest = map(re.escape, _ERASED.split(" ".join(erased.split())))
    return bool(re.fullmatch(".+".join(rest), " ".join(text.split()), re.IGNORECASE))


_PARSED: Mapping[Kind, Callable[[str, str], Field]] = {
    Kind.CHOICE: parsing.choice,
    Kind.BOOL: lambda _, text: parsing.boolean(text),
    Kind.MOMENT: lambda _, text: parsing.moment(text),
}


def _meant(name: str, text: str) -> str:
    """A word that was not understood once, and is now, is not another word because of that."""
    if name in tuple(Dimension):
        return _plain(parsing.level(text).value, text)
    if name in tuple(Flag):
        return "true" if parsing.boolean(text).value else ""
    parse = _PARSED.get(FIELDS[name].kind) if name in FIELDS else None
    return _plain(parse(name, text).value, text) if parse else text


def _bounded(changes: list[Change]) -> tuple[Change, ...]:
    changes = sorted(changes, key=lambda one: one.at)
    while len(changes) > MOST:
        thing, times = Counter(map(_thing, changes)).most_common(1)[0]
        if times == 1:
            break
        first, second = [number for number, one in enumerate(changes) if _thing(one) == thing][:2]
        changes[second] = replace(changes[second], since=changes[first].since)
        del changes[first]
    return tuple(changes)


def _thing(change: Change) -> tuple[str, str, str]:
    one = (change.after or change.before) if change.field in (ASSETS, CONTENTS) else ""
    return change.of, change.field, one


def as_history(known: Remembered, ticket: Ticket, children: Iterable[Child] = ()) -> Looks:
    """What the looks add to what the source tells. Where its history can be read, that is what it tells nothing of:
    classes, flags and owners of assets, and assets or contents that came or went without a trace.
    """
    if not ticket.history_readable:
        return Looks(known.first, known.changes)
    added = {child.key for child in children if child.added_at}
    return Looks(known.first, tuple(c for c in known.changes if not _told(c, ticket, added)))


def _told(change: Change, ticket: Ticket, added: set[str]) -> bool:
    if change.of:
        return False
    if change.field not in (ASSETS, CONTENTS):
        return True
    if change.field == CONTENTS and change.after in added:
        return True
    return any(one.field == change.field and _is(one, change) for one in ticket.history)


def _is(told: Change, own: Change) -> bool:
    """Whether a change of the source's history is one that a look saw too."""
    if told.at > own.at + _SAME_MINUTE or (own.since and told.at < own.since - _SAME_MINUTE):
        return False
    if not told.before and not told.after:
        return True
    there, not_there = (told.after, told.before) if own.after else (told.before, told.after)
    return _names(there, own) and not _names(not_there, own)


def _names(shown: str, own: Change) -> bool:
    name = own.after or own.before
    # A history keeps keys as text, parted in whichever way its system does; a name may hold blanks.
    return name in (re.split(r"[\s,;]+", shown) if own.field == CONTENTS else shown)
