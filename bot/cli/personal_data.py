"""What `sluis audit person` shows: what was erased, what somebody has to decide about, and what is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from domain.sentence import Quote, Say, say

if TYPE_CHECKING:
    from bot.journal.privacy import Erased, Found, Near
    from bot.messages.i18n.speaker import Translator
    from domain.pseudonym import Persona

_SHOWN = 50
"""Words that are listed; the export has all."""
_AROUND = 40
"""Characters shown on each side of words that may be a person's."""
_CHAIN = say("the audit trail itself, of which no row ever changes")
_KEY = say(
    "a name by which a message or a ticket is known: without it, it would be made anew; it goes with its ticket"
)


def exported(persona: Persona, found: Found) -> dict[str, Any]:
    """All of it, for other programs."""
    return {
        "accounts": sorted(persona.ids),
        "names": sorted(persona.names),
        "places": [asdict(place) for place in found.places],
        "near": [asdict(one.place) | {"words": one.words} for one in found.near],
        "kept": [asdict(place) for place in found.kept],
    }


def erased(done: Erased, speak: Translator) -> Iterator[str]:
    """What was done, what is to be decided, and what stays; a line each."""
    counts = tuple(
        say("{number} in {table}", number=n, table=Quote(table)) for table, n in done.changed.items()
    )
    yield speak.say("{name} stands in their place: {counts}", name=Quote(done.pseudonym), counts=counts)
    yield from near_lines(done.near, speak)
    kept = Counter((place.table, place.where.partition("/")[0]) for place in done.kept)
    for (table, column), number in kept.items():
        where, why = Quote(f"{table}.{column}"), _why(table)
        yield speak.say("Kept: {number} in {where}, {why}.", number=number, where=where, why=why)
    yield speak.say(
        "Not reached: tickets, Slack and e-mail, and copies of the journal that were made before."
        " Initials, nicknames and descriptions of a person are not found."
    )


def near_lines(near: Sequence[Near], speak: Translator) -> Iterator[str]:
    """What may be theirs and may be another's: each of the words once, with the first place."""
    if not near:
        return
    yield speak.say(
        "Not erased, as it may be somebody else's; to erase it too, give these words to the same command:"
    )
    places = defaultdict(list)
    for one in near:
        places[one.words.casefold()].append(one)
    for told in [*places.values()][:_SHOWN]:
        first = told[0]
        where = Quote(f"{first.place.table} {first.place.row} {first.place.where}")
        yield "  " + speak.say(
            "“{words}” ({number}×), first in {where}: {text}",
            words=Quote(first.words),
            number=len(told),
            where=where,
            text=Quote(_around(first)),
        )
    if len(places) > _SHOWN:
        yield "  " + speak.say("and {number} more; --export tells all", number=len(places) - _SHOWN)


def _why(table: str) -> Say:
    return _CHAIN if table == "audit" else _KEY


def _around(one: Near) -> str:
    text = one.place.text
    at = text.find(one.words)
    start, end = max(0, at - _AROUND), at + len(one.words) + _AROUND
    shown = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    return " ".join(shown.split())
