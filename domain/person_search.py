"""Where a text tells of a person: surely, or perhaps. Pure.

Surely, however it is spaced, capitalised, accented or escaped: their account, their name in any order, shortened, as a
login or in an e-mail address, and a telephone number that is theirs. Perhaps: what others can be called too, a word of
their name, a word one letter beside it, and numbers and addresses in a text that tells of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain import cut_off, folding, telephone
from domain.person_patterns import Patterns
from domain.redaction import EMAIL

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_TELLING_PART = 5
"""Letters from which a word of a name is near in small letters as well; shorter ones are words of the language."""
_LEAST_OF_A_NUMBER = 5
"""Digits of a number that was cut off, from which it is taken for one that is known."""

Span = tuple[int, int]
"""From where to where, in characters."""


class Search:
    """Finds one person. `numbers` are telephone numbers that are theirs, as `telephone.digits` tells them."""

    def __init__(self, patterns: Patterns, numbers: frozenset[str]) -> None:
        self._patterns = patterns
        self._numbers = numbers | patterns.given_numbers

    def sure(self, text: str) -> list[Span]:
        """Where it tells of them surely, in the order of the text; none touches another."""
        if self._is_theirs(text):
            return [(0, len(text))]
        plain, at = folding.folded(text)
        return [(at[start], at[end]) for start, end in self._sure(plain)]

    def near(self, text: str) -> list[Span]:
        """Where it may tell of them, apart from where it surely does."""
        if self._is_theirs(text):
            return []
        plain, at = folding.folded(text)
        sure = self._sure(plain)
        near = _outside(self._near(plain, sure), sure)
        addresses = _spans(EMAIL, plain) if near else []
        told = _merged(next((one for one in addresses if _within(span, one)), span) for span in near)
        return [(at[start], at[end]) for start, end in _outside(told, sure)]

    def may_be_sure(self, text: str) -> bool:
        """Whether texts that are joined to this one may surely tell of them. Seen soon: most tell of others."""
        return self._may_be_sure(folding.plain(text))

    def may_be_near(self, text: str) -> bool:
        """The same of texts that may tell of them."""
        plain = folding.plain(text)
        near = not self._patterns.near.isdisjoint(_WORD.findall(plain.casefold()))
        return near or bool(self._patterns.doubtful.search(plain)) or self._may_be_sure(plain)

    def numbers(self, text: str) -> set[str]:
        """Telephone numbers that a text shows to be theirs, because they stand beside their name."""
        plain, _ = folding.folded(text)
        named = self._named(plain)
        beside = _beside(telephone.dialled(plain), named, plain) if named else ()
        return {telephone.digits(plain[start:end]) for start, end in beside}

    def _is_theirs(self, text: str) -> bool:
        return text in self._patterns.ids or text.casefold() in self._patterns.logins

    def _sure(self, plain: str) -> list[Span]:
        named = self._named(plain)
        return _merged([*named, *self._their_numbers(plain, named)]) if named or self._numbers else []

    def _may_be_sure(self, plain: str) -> bool:
        if self._hinted(plain):
            return True
        return bool(self._numbers) and any(True for _ in self._their_numbers(plain, []))

    def _hinted(self, plain: str) -> bool:
        read = plain.casefold().replace("'", "")
        return any(hint in read for hint in self._patterns.hints)

    def _named(self, plain: str) -> list[Span]:
        patterns = self._patterns
        if not self._hinted(plain):
            return []
        turned = [*_spans(patterns.derived, plain), *cut_off.names(plain, patterns.orders)]
        # "Jan Peeters, Dirk Maes" tells of two others than Dirk Peeters, and "An Peeters" is no Peeters without a name.
        own = _outside([*_spans(patterns.exact, plain), *turned], self._strangers(plain))
        return _merged([*own, *_spans(patterns.mentions, plain), *self._addresses(plain)])

    def _strangers(self, plain: str) -> list[Span]:
        """Where other people are told of; a part of one and this person's whole name is none."""
        others = _spans(self._patterns.strangers, plain)
        exact = _spans(self._patterns.exact, plain) if others else []
        return [other for other in others if all(_apart(other, own) or _within(own, other) for own in exact)]

    def _addresses(self, plain: str) -> Iterator[Span]:
        for found in EMAIL.finditer(plain):
            local = re.split(r"[@+]", found[0])[0]
            named = any(one.fullmatch(local) for one in (self._patterns.exact, self._patterns.derived))
            if named or local.casefold() in self._patterns.logins:
                yield found.span()

    def _their_numbers(self, plain: str, named: list[Span]) -> Iterator[Span]:
        cut = [*cut_off.numbers(plain)]
        yield from _beside([*telephone.dialled(plain), *cut], named, plain)
        for start, end in telephone.numbers(plain) if self._numbers else ():
            if any(telephone.same_number(telephone.digits(plain[start:end]), one) for one in self._numbers):
                yield start, end
        for start, end in cut:
            begun = telephone.digits(plain[start:end])
            if len(begun) >= _LEAST_OF_A_NUMBER and any(one.startswith(begun) for one in self._numbers):
                yield start, end

    def _near(self, plain: str, sure: list[Span]) -> Iterator[Span]:
        strangers = self._strangers(plain) if self._hinted(plain) else []
        if strangers:
            yield from _spans(self._patterns.derived, plain)
        yield from _outside(_spans(self._patterns.doubtful, plain), strangers)
        yield from _outside(self._near_words(plain), strangers)
        if sure:
            yield from telephone.dialled(plain)
            yield from _beside(_spans(EMAIL, plain), sure, plain)

    def _near_words(self, plain: str) -> Iterator[Span]:
        # Most texts hold none, and that is seen at once.
        if self._patterns.near.isdisjoint(_WORD.findall(plain.casefold())):
            return
        addresses = _spans(EMAIL, plain)
        for found in _WORD.finditer(plain):
            addressed = any(_within(found.span(), one) for one in addresses)
            if found[0].casefold() in self._patterns.near and (addressed or self._stands_out(found[0])):
                yield found.span()

    def _stands_out(self, word: str) -> bool:
        """Whether it is written as a name, or is one that seldom is anything else."""
        return word[0].isupper() or (len(word) >= _TELLING_PART and word.casefold() in self._patterns.parts)


def _spans(pattern: re.Pattern[str], plain: str) -> list[Span]:
    return [found.span() for found in pattern.finditer(plain)]


def _beside(things: Iterable[Span], people: list[Span], plain: str) -> Iterator[Span]:
    for thing in things:
        if any(telephone.beside(plain, thing, person) for person in people):
            yield thing


def _within(one: Span, other: Span) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _apart(one: Span, other: Span) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]


def _outside(spans: Iterable[Span], others: list[Span]) -> list[Span]:
    """Those that overlap none of the others."""
    return [span for span in spans if all(_apart(span, other) for other in others)]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """In order, and as one where they overlap."""
    done: list[Span] = []
    for start, end in sorted(spans):
        if done and start < done[-1][1]:
            done[-1] = (done[-1][0], max(end, done[-1][1]))
        else:
            done.append((start, end))
    return done
