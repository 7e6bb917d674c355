"""Names a pack may use, and the nearest known one for a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator

from domain.fields import FIELDS, Kind

ASSETS = "assets"
"""What a ticket's history calls a change of the assets it touches."""

CLASS = "class"
"""What a pack calls the class or a flag of an asset: it overtakes what was decided when it rises."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `word`, capitals aside; None when none does."""
    by_letters = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), list(by_letters), n=1, cutoff=0.5)
    return by_letters[close[0]] if close else None


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """One line that refuses a name, with the nearest known one or else all of them."""
    names = sorted(known)
    best = nearest(word, names)
    hint = f'did you mean "{best}"?' if best else f"known: {', '.join(names)}"
    return f'unknown {what} "{word}", {hint}'


def _known_field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(unknown("field", name, FIELDS))
    return name


def _material(name: str) -> str:
    if name in (ASSETS, CLASS):
        return name
    spec = FIELDS[_known_field(name)]
    if spec.kind in (Kind.USERS, Kind.PARTY) or name == "description":
        raise ValueError(
            f'"{name}" is about people or wording; a change of it is no change of what was approved'
        )
    return name


FieldName = Annotated[str, AfterValidator(_known_field)]
"""A field of the ticket's vocabulary, refused at load when there is no such field."""

MaterialName = Annotated[str, AfterValidator(_material)]
"""A field that belongs to what is approved or tested, "assets" or "class". Descriptions and people never do."""
