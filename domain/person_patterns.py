"""What is looked for when a person is searched for: patterns and words made from their accounts and names. Pure.

The patterns are of folded text. What another known person can be called too is no sure sign of this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain import telephone
from domain.folding import folded
from domain.name_forms import (
    JOINED,
    Short,
    Words,
    joined,
    joined_short,
    orders,
    short,
    shortened,
    telling,
    whole,
    words_of,
)
from domain.near_words import near_words

_TELLING = 8
"""Characters from which an account id is looked for inside a text; a shorter one counts by itself and as a mention."""
_EDGES = r"(?<![^\W_])(?:{})(?![^\W_])"
"""Where words begin and end; an underscore is no part of one, as in names of files. Not \\b, which finds no edge behind
a name that ends in a full stop.
"""
_LOGIN = r"(?<=[~@/\\=])(?:{0})(?![^\W_])|(?<![^\W_])(?:{0})(?=@)"
"""Where a word is a login, however short: `[~pjans]`, `/users/pjans`, `pjans@example.org`."""
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Patterns:
    """Of one person.

    names   all they are called, with e-mail addresses, logins and telephone numbers that were given
    others  what other people are called that are known
    """

    ids: frozenset[str]
    names: frozenset[str]
    others: frozenset[str]

    @cached_property
    def given_numbers(self) -> frozenset[str]:
        """Telephone numbers among the names, as `telephone.digits` tells them."""
        return frozenset(telephone.digits(name) for name in self.names if _is_number(name))

    @cached_property
    def exact(self) -> re.Pattern[str]:
        """What is theirs whoever else there is: accounts, and names and addresses as they were given."""
        long = [re.escape(folded(account).plain) for account in self.ids if len(account) >= _TELLING]
        # As it was given, with the words that `words_of` leaves out or turns round.
        cited = [r"\s+".join(map(re.escape, folded(name).plain.split())) for name in self._named]
        names = [whole(words) for words in self._words if len(words) > 1]
        return _either([*_longest(cited), *_longest(long), *_longest(names)])

    @cached_property
    def derived(self) -> re.Pattern[str]:
        """Their name in another order, shortened, and as a login."""
        turned = _longest(whole(order) for order in self.orders)
        logins = _longest(re.escape(word) for word in self.logins if len(word) >= JOINED)
        return _either([*turned, *_longest(map(short, self._own)), *logins])

    @cached_property
    def mentions(self) -> re.Pattern[str]:
        """Accounts and logins that are too short to be looked for but where only a login stands."""
        short_ids = [re.escape(account) for account in self.ids if account and len(account) < _TELLING]
        return _either(_longest([*map(re.escape, self.logins), *short_ids]), _LOGIN)

    @cached_property
    def doubtful(self) -> re.Pattern[str]:
        """What may be theirs and another's: shortened names that are shared, short logins and accounts."""
        shared = [word for form in self._shared for word in joined_short(form)]
        accounts = [account for account in self.ids if 1 < len(account) < _TELLING]
        logins = [login for login in self.logins if len(login) < JOINED]
        words = map(re.escape, [*shared, *accounts, *logins])
        return _either([*_longest(map(short, self._shared)), *_longest(words)])

    @cached_property
    def strangers(self) -> re.Pattern[str]:
        """Other people with whom they have a word in common, as these are called."""
        mine = {word for words in self._words for word in words}
        return _either(_longest(whole(words) for words in self._foreign if mine & {*words}))

    @cached_property
    def orders(self) -> frozenset[Words]:
        """All in which their name is written."""
        return frozenset().union(*map(orders, self._words))

    @cached_property
    def logins(self) -> frozenset[str]:
        """Their name as one word, with and without initials."""
        whole_names = {word for words in self._words for word in joined(words)}
        initialled = {word for form in self._own for word in joined_short(form)}
        return frozenset(whole_names | initialled | {word for (word,) in self._lone_local_parts})

    @cached_property
    def parts(self) -> frozenset[str]:
        """Words of their name, in small letters."""
        return frozenset(word for words in self._words for word in telling(words))

    @cached_property
    def hints(self) -> tuple[str, ...]:
        """Of these, one at least stands in every text that tells of them surely; in small letters, no apostrophes."""
        # What has a name of no telling words is its own hint.
        cited = {folded(one).plain for one in (*self._named, *self.ids)}
        return tuple(hint.casefold().replace("'", "") for hint in (*self.parts, *cited) if hint.strip())

    @cached_property
    def near(self) -> frozenset[str]:
        """These, and words one letter beside them."""
        return near_words(self.parts)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(name for name in self.names if name.strip() and not _is_number(name))

    @cached_property
    def _words(self) -> frozenset[Words]:
        return frozenset(map(words_of, self._named)) - {()}

    @cached_property
    def _local_parts(self) -> frozenset[Words]:
        return frozenset(words_of(name) for name in self._named if "@" in name)

    @cached_property
    def _lone_local_parts(self) -> frozenset[Words]:
        return frozenset(words for words in self._local_parts if len(words) == 1)

    @cached_property
    def _foreign(self) -> frozenset[Words]:
        mine = {frozenset(words) for words in self._words}
        known = frozenset(map(words_of, self.others)) - {()}
        return frozenset(words for words in known if frozenset(words) not in mine)

    @cached_property
    def _short(self) -> frozenset[Short]:
        return frozenset().union(*map(shortened, self._words))

    @cached_property
    def _shared(self) -> frozenset[Short]:
        theirs: set[str] = set()
        for words in self._foreign:
            theirs.update(word for form in shortened(words) for word in joined_short(form))
        return frozenset(form for form in self._short if theirs & {*joined_short(form)})

    @cached_property
    def _own(self) -> frozenset[Short]:
        return self._short - self._shared


def _is_number(name: str) -> bool:
    plain = name.strip()
    return [*telephone.numbers(plain)] == [(0, len(plain))]


def _either(patterns: Iterable[str], edges: str = _EDGES) -> re.Pattern[str]:
    kept = dict.fromkeys(filter(None, patterns))
    return re.compile(edges.format("|".join(kept)), re.IGNORECASE) if kept else _NEVER


def _longest(patterns: Iterable[str]) -> list[str]:
    """The longest first: of several that fit the first is taken, and a name may be the beginning of a longer one."""
    return sorted(patterns, key=lambda one: (-len(one), one))
