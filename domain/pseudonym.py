"""Finding a person in stored data, and putting a pseudonym in their place. Pure: works on JSON-able values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from domain.person_patterns import Patterns
from domain.person_search import Search, Span

_ESCAPED = re.compile(r"\\(.)")
_REMEMBERED = 20_000
"""Texts of which it is remembered where they tell of a person."""


@dataclass(frozen=True)
class Persona:
    """One person by all account ids and names under which stored data know them.

    names    with e-mail addresses, logins and telephone numbers that are known to be theirs
    others   what other people are called that are known: what can be meant of them too is no sure sign
    numbers  telephone numbers found to be theirs, as `domain.telephone.digits` tells them
    """

    ids: frozenset[str]
    names: frozenset[str]
    others: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @cached_property
    def _search(self) -> Search:
        return Search(Patterns(self.ids, self.names, self.others), self.numbers)

    @cached_property
    def _sure(self) -> Callable[[str], list[Span]]:
        # A journal says the same many times: each snapshot repeats what the one before it said.
        return lru_cache(_REMEMBERED)(self._search.sure)

    @cached_property
    def _near(self) -> Callable[[str], list[Span]]:
        return lru_cache(_REMEMBERED)(self._search.near)

    def told_by(self, text: str) -> bool:
        """Whether a text tells of them surely."""
        return bool(self._sure(text))

    def hidden(self, value: Any, pseudonym: str) -> Any:
        """The same value with the pseudonym in the person's place, wherever that is sure."""

        def hide(text: str) -> str:
            kept, done = [], 0
            for start, end in self._sure(text):
                kept += [text[done:start], pseudonym]
                done = end
            return "".join([*kept, text[done:]])

        return _mapped(value, hide) if self._search.may_be_sure(_as_one(value)) else value

    def places(self, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
        """Where in a value the person is told, and the text there."""
        if self._search.may_be_sure(_as_one(value)):
            yield from ((at, text) for at, text in _texts(value, path) if self.told_by(text))

    def near(self, value: Any) -> Iterator[tuple[str, str, str]]:
        """Where in a value they may be told, which needs a person to decide: the place, the text there, the words."""
        if self._search.may_be_near(_as_one(value)):
            for at, text in _texts(value, ""):
                yield from ((at, text, text[start:end]) for start, end in self._near(text))

    def numbers_in(self, value: Any) -> frozenset[str]:
        """Telephone numbers that a value shows to be theirs."""
        if not self._search.may_be_sure(_as_one(value)):
            return frozenset()
        return frozenset(number for _, text in _texts(value, "") for number in self._search.numbers(text))

    def keys_in(self, value: Any) -> Iterator[tuple[str, str]]:
        """Where in a value a name by which something is known tells of them: it may hold an account, however short."""
        for at, text in _texts(value, ""):
            if self.told_by(text) or any(
                part in self.ids for part in (text.partition(":")[2], *text.split(":"))
            ):
                yield at, text


def people_in(value: Any) -> Iterator[tuple[str, str]]:
    """Every {"id": ..., "name": ...} in a value, as (id, name)."""
    if isinstance(value, Mapping):
        account, name = value.get("id"), value.get("name")
        if isinstance(account, str) and isinstance(name, str):
            yield account, name
        for item in value.values():
            yield from people_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from people_in(item)


def _as_one(value: Any) -> str:
    """All texts of a value in one, apart from each other."""
    if isinstance(value, str):
        return value
    written = json.dumps(value, ensure_ascii=False, default=str)
    return _ESCAPED.sub(lambda sign: " " if sign[1] in "ntrbf" else sign[1], written)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """All texts in a value, keys too, each with its path."""
    match value:
        case str():
            yield path, value
        case Mapping():
            for key, item in value.items():
                yield f"{path}/{key}", str(key)
                yield from _texts(item, f"{path}/{key}")
        case list() | tuple():
            for number, item in enumerate(value):
                yield from _texts(item, f"{path}/{number}")


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        # Account ids are keys as well, as in `Facts.same_person`.
        return {change(str(key)): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    return value
