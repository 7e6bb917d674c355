"""Finding a person in stored data, and putting a pseudonym in their place. Pure: works on JSON-able values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_TELLING = 8
"""Characters from which an account id is looked for inside a text; a shorter one counts only by itself."""


@dataclass(frozen=True)
class Persona:
    """One person by all account ids and names under which stored data know them."""

    ids: frozenset[str]
    names: frozenset[str]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """A name as whole words, however it is spaced or capitalised; an account id that is no common word."""
        words = [r"\s+".join(map(re.escape, name.split())) for name in self.names if name.strip()]
        words += [re.escape(account) for account in self.ids if len(account) >= _TELLING]
        # A pattern takes the first alternative that fits: a name within a longer one must come after it.
        longest = sorted(words, key=len, reverse=True)
        # Not \b, which finds no edge behind a name that ends in a full stop.
        return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE) if words else None

    def told_by(self, text: str) -> bool:
        """Whether a text is one of the ids, or contains a name or an id."""
        return text in self.ids or bool(self._pattern and self._pattern.search(text))

    def hidden(self, value: Any, pseudonym: str) -> Any:
        """The same value with the pseudonym in the person's place."""

        def hide(text: str) -> str:
            if text in self.ids:
                return pseudonym
            return self._pattern.sub(pseudonym, text) if self._pattern else text

        return _mapped(value, hide)

    def places(self, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
        """Where in a value the person is told, and the text there."""
        match value:
            case str() if self.told_by(value):
                yield path, value
            case Mapping():
                for key, item in value.items():
                    if self.told_by(str(key)):
                        yield f"{path}/{key}", str(key)
                    yield from self.places(item, f"{path}/{key}")
            case list() | tuple():
                for number, item in enumerate(value):
                    yield from self.places(item, f"{path}/{number}")


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


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        # Account ids are keys as well, as in `Facts.same_person`.
        return {change(str(key)): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    return value
