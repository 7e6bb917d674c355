"""How a name is written: in either order, shortened, and as a login. Pure; names and patterns are of folded text.

A name does not tell which of its words is the family name ("Jansen Piet"), so each way to part it in two is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from domain.folding import folded

_PARTICLES = frozenset(
    {
        *("van", "von", "vande", "vanden", "vander", "de", "den", "der", "het", "t", "ten", "ter", "te"),
        *("la", "le", "du", "des", "da", "di", "del", "dos", "al", "el", "bin"),
    }
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_JOIN = r"(?:\s*[.,_+/-]\s*|\s+)"
"""What stands between two words of a name: `Piet Jansen`, `Jansen, Piet`, `piet.jansen`."""
_LONE = 3
"""Letters of a word that is told beside an initial, from which both are looked for: "An S" is mostly no name."""
JOINED = 7
"""Letters from which words written as one are a login; shorter ones are often a word of the language."""
Words = tuple[str, ...]


class Short(NamedTuple):
    """A name of which a part is told by initials alone: `P. Jansen` is ("p", ("jansen",))."""

    initials: str
    rest: Words


def words_of(name: str) -> Words:
    """The words of a name in the order in which they are said, in small letters: `Jansen, Piet (IT)` is piet, jansen.

    Of an e-mail address, those before the @.
    """
    plain = folded(name).plain.casefold().partition("@")[0]
    plain = _BRACKETS.sub(" ", plain) if _TOKEN.search(_BRACKETS.sub(" ", plain)) else plain
    last, comma, first = plain.partition(",")
    return tuple(_TOKEN.findall(f"{first} {last}" if comma else plain))


def telling(words: Words) -> Words:
    """Those of its words by which a name could be known alone."""
    return tuple(word for word in words if len(word) > 1 and word not in _PARTICLES)


@cache
def orders(words: Words) -> frozenset[Words]:
    """All in which a name is written: whole, without particles and initials, first and last alone; turned round too."""
    kinds = {words, telling(words), (words[0], words[-1])} if len(words) > 1 else set()
    return frozenset(kind[at:] + kind[:at] for kind in kinds if len(kind) > 1 for at in range(len(kind)))


@cache
def shortened(words: Words) -> frozenset[Short]:
    """All in which initials stand for a part of it."""
    return frozenset(
        Short("".join(word[0] for word in order[:at]), order[at:])
        for order in orders(words)
        for at in range(1, len(order))
        if sum(map(len, telling(order[at:]))) >= _LONE
    )


def whole(words: Words) -> str:
    """The pattern of words in this order; what follows a particle may be written on to it, as in `jan.vandenberg`."""
    return _linked(words, _letters)


def short(form: Short) -> str:
    """The pattern of a shortened form, in which a capital counts where nothing else tells that it is a name."""
    rest, capital = whole(form.rest), _linked(form.rest, _capital)
    dotted = r"[\s-]?".join(rf"{letter}\." for letter in form.initials)
    bare = r"[\s-]?".join(rf"(?-i:{letter.upper()})\.?" for letter in form.initials)
    login = r"[._-]?".join(map(_letters, form.rest))
    return "|".join(
        (
            rf"{dotted}\s*{rest}",
            rf"{bare}\s+{capital}",
            rf"{rest},?\s+{dotted}",
            rf"{capital},?\s+{bare}",
            rf"{form.initials}[._-]{login}",
            rf"{login}[._-]{form.initials}",
        )
    )


def joined(words: Words) -> Iterator[str]:
    """The whole name written as one word."""
    yield from ("".join(order).replace("'", "") for order in orders(words))


def joined_short(form: Short) -> Iterator[str]:
    """A shortened form written as one word."""
    rest = "".join(form.rest).replace("'", "")
    yield from (form.initials + rest, rest + form.initials)


def _linked(words: Words, written: Callable[[str], str]) -> str:
    last = words[-1]
    links = (f"{written(word)}{_JOIN}{'?' * (word in _PARTICLES)}" for word in words[:-1])
    return "".join(links) + written(last)


def _letters(word: str) -> str:
    return re.escape(word).replace("'", "'?")


def _capital(word: str) -> str:
    if word in _PARTICLES:
        return _letters(word)
    return f"(?-i:{re.escape(word[0].upper())}){_letters(word[1:])}"
